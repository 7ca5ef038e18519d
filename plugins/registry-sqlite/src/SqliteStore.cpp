#include "SqliteStore.h"

#include "RowReader.h"

#include <waymark/plugin/Plugin.h>

#include <algorithm>
#include <bit>
#include <future>
#include <string>
#include <utility>
#include <vector>

namespace waymark::registry
{

using plugin::ExitCode;
using plugin::StartError;

namespace
{

/// Decodes and checks rows and lets another thread bring those before them into the state meanwhile.
class Loader
{
public:
    Loader(RegistryState& state, const std::filesystem::path& file, std::string table)
        : _state(state), _file(file), _table(std::move(table))
    {
    }

    template <class Columns>
    void take(const Columns& columns)
    {
        auto row = decode(columns);
        if (!row)
            refuse(row.error());
        auto checked = CheckedRow::check(std::move(*row));
        if (!checked)
            refuse(checked.error());
        _rows.push_back(std::move(*checked));
        if (_rows.size() == together)
            loadRows();
    }

    void finish()
    {
        loadRows();
        wait();
    }

private:
    /// Twice so many are there at a time, each of a kilobyte and more.
    static constexpr std::size_t together = 8'192;

    void loadRows()
    {
        wait();
        // They change places, so that both keep their memory.
        std::swap(_rows, _loaded);
        _rows.clear();
        // Without a thread to be had it is done in wait().
        _loading =
            std::async(std::launch::async | std::launch::deferred, [this] { return _state.load(_loaded); });
    }
    void wait()
    {
        if (!_loading.valid())
            return;
        if (const auto loaded = _loading.get(); !loaded)
            refuse(loaded.error());
    }
    [[noreturn]] void refuse(const Error& error) const
    {
        throw StartError(
            ExitCode::corruptData,
            _file.string() + ": table " + _table + ": " + error.message +
                ": restore it from a backup, or save the other rows with `waymark registry repair " +
                _file.string() + '`');
    }

    RegistryState& _state;
    const std::filesystem::path& _file;
    const std::string _table;
    std::vector<CheckedRow> _rows;
    std::vector<CheckedRow> _loaded; ///< the other thread's until wait() returns
    std::future<Result<void>> _loading;
};

} // namespace

SqliteStore::SqliteStore(const std::filesystem::path& file, std::chrono::milliseconds busyTimeout,
                         Durability durability)
    : _database(file, busyTimeout, durability)
{
}

void SqliteStore::load(RegistryState& state, std::uint64_t epoch)
{
    try {
        state.begin({epoch, lastNumber()});
        loadClaims(state);
        loadTombstones(state);
        _writer = std::make_unique<RowWriter>(_database.handle());
    } catch (const Poco::Exception& exception) {
        throw StartError(ExitCode::corruptData,
                         _database.file().string() + " cannot be read: " + exception.displayText() +
                             ": restore it from a backup, or save what is readable with "
                             "`waymark registry repair " +
                             _database.file().string() + '`');
    }
}

/// Of the revision that was written last; 0 in a new database.
std::uint64_t SqliteStore::lastNumber()
{
    return std::bit_cast<std::uint64_t>(_database.number("SELECT coalesce(max(revision), 0) FROM registry"));
}

void SqliteStore::loadClaims(RegistryState& state)
{
    Loader loader(state, _database.file(), "claims");
    readClaims(_database.handle(), [&](std::int64_t, const ClaimColumns& row) { loader.take(row); });
    loader.finish();
}

void SqliteStore::loadTombstones(RegistryState& state)
{
    Loader loader(state, _database.file(), "tombstones");
    readTombstones(_database.handle(), [&](std::int64_t, const TombstoneColumns& row) { loader.take(row); });
    loader.finish();
}

Result<void> SqliteStore::write(const RegistryPlan& plan)
{
    try {
        transact(plan);
        return {};
    } catch (const Poco::Exception& exception) {
        undo();
        return failure(runtimeError(_database.file(), exception));
    } catch (const StartError& error) {
        return failure(ErrorCode::io, error.what());
    } catch (...) {
        undo();
        throw;
    }
}

void SqliteStore::transact(const RegistryPlan& plan)
{
    _database.requireInPlace();
    if (!_writer)
        _writer = std::make_unique<RowWriter>(_database.handle());
    _database.execute("BEGIN IMMEDIATE");
    _isWriting = true;
    for (const RowChange& row : plan.rows)
        std::visit([this](const auto& kind) { _writer->write(kind); }, row);
    _writer->write(plan.revision);
    _database.execute("COMMIT");
    _isWriting = false;
    _database.shortenLog();
}

void SqliteStore::undo() noexcept
{
    _writer.reset();
    _database.undo(std::exchange(_isWriting, false));
}

} // namespace waymark::registry

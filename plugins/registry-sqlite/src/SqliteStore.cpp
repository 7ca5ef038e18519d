#include "SqliteStore.h"

#include "RowReader.h"

#include <waymark/plugin/Plugin.h>

#include <bit>
#include <utility>

namespace waymark::registry
{

using plugin::ExitCode;
using plugin::StartError;

namespace
{

template <class Columns>
void loadRow(RegistryState& state, const std::filesystem::path& file, const char* table,
             const Columns& columns)
{
    const auto refuse = [&](const Error& error) {
        throw StartError(
            ExitCode::corruptData,
            file.string() + ": table " + table + ": " + error.message +
                ": restore it from a backup, or save the other rows with `waymark registry repair --file " +
                file.string() + '`');
    };
    auto row = decode(columns);
    if (!row)
        refuse(row.error());
    if (const auto loaded = state.load(std::move(*row)); !loaded)
        refuse(loaded.error());
}

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
        _writer = std::make_unique<RowWriter>(_database.session());
    } catch (const Poco::Exception& exception) {
        throw StartError(ExitCode::corruptData,
                         _database.file().string() + " cannot be read: " + exception.displayText() +
                             ": restore it from a backup, or save what is readable with "
                             "`waymark registry repair --file " +
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
    readClaims(_database.session(), [&](std::int64_t, const ClaimColumns& row) {
        loadRow(state, _database.file(), "claims", row);
    });
}

void SqliteStore::loadTombstones(RegistryState& state)
{
    readTombstones(_database.session(), [&](std::int64_t, const TombstoneColumns& row) {
        loadRow(state, _database.file(), "tombstones", row);
    });
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
        _writer = std::make_unique<RowWriter>(_database.session());
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

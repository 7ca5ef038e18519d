#include "SqliteStore.h"

#include <waymark/plugin/Plugin.h>

#include <bit>
#include <utility>

namespace waymark::registry
{

using plugin::ExitCode;
using plugin::StartError;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::limit;

namespace
{

template <class Columns>
void loadRow(RegistryState& state, const std::filesystem::path& file, const char* table,
             const Columns& columns)
{
    const auto refuse = [&](const Error& error) {
        throw StartError(ExitCode::corruptData,
                         file.string() + ": table " + table + ": " + error.message +
                             ": restore the file from a backup, or delete that row with sqlite3");
    };
    auto row = decode(columns);
    if (!row)
        refuse(row.error());
    if (const auto loaded = state.load(std::move(*row)); !loaded)
        refuse(loaded.error());
}

} // namespace

SqliteStore::SqliteStore(const std::filesystem::path& file, std::chrono::milliseconds busyTimeout)
    : _database(file, busyTimeout)
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
        throw StartError(ExitCode::corruptData, _database.file().string() + " cannot be read: " +
                                                    exception.displayText() + ": restore it from a backup");
    }
}

/// Of the revision that was written last; 0 in a new database.
std::uint64_t SqliteStore::lastNumber()
{
    return std::bit_cast<std::uint64_t>(_database.number("SELECT coalesce(max(revision), 0) FROM registry"));
}

void SqliteStore::loadClaims(RegistryState& state)
{
    ClaimColumns row;
    Poco::Data::Statement select(_database.session());
    select << "SELECT scheme, peer, origin, addresses, labels, enr, enr_seq, ttl, expiry FROM claims",
        into(row.key.scheme), into(row.key.peer), into(row.key.origin), into(row.addresses), into(row.labels),
        into(row.enr), into(row.enrSeq), into(row.lease.ttl), into(row.lease.expiry), limit(1);
    while (!select.done()) {
        if (select.execute() != 0)
            loadRow(state, _database.file(), "claims", row);
    }
}

void SqliteStore::loadTombstones(RegistryState& state)
{
    TombstoneColumns row;
    Poco::Data::Statement select(_database.session());
    select << "SELECT scheme, peer, origin, enr_seq, removal, buried FROM tombstones", into(row.key.scheme),
        into(row.key.peer), into(row.key.origin), into(row.enrSeq), into(row.order), into(row.buried),
        limit(1);
    while (!select.done()) {
        if (select.execute() != 0)
            loadRow(state, _database.file(), "tombstones", row);
    }
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

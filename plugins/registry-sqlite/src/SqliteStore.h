#pragma once

#include "Database.h"
#include "RowWriter.h"

#include <waymark/registry/RegistryState.h>
#include <waymark/registry/RegistryStore.h>

#include <memory>

namespace waymark::registry
{

/// Writes plans into a database, one transaction each, and reads everything back at the start.
class SqliteStore final : public RegistryStore
{
public:
    /// Throws as Database does.
    SqliteStore(const std::filesystem::path& file, std::chrono::milliseconds busyTimeout,
                Durability durability = Durability::full);

    /// Fills an empty state. Revisions count on from the number that is stored, in this epoch.
    /// Throws plugin::StartError corruptData for rows that nobody can have written.
    void load(RegistryState& state, std::uint64_t epoch);

    /// Returns when the transaction is committed and, with full durability, synced.
    Result<void> write(const RegistryPlan& plan) override;

private:
    std::uint64_t lastNumber();
    void loadClaims(RegistryState& state);
    void loadTombstones(RegistryState& state);
    void transact(const RegistryPlan& plan);
    void undo() noexcept;

    Database _database;
    std::unique_ptr<RowWriter> _writer; ///< null after a write that failed
    bool _isWriting = false;
};

} // namespace waymark::registry

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
    SqliteStore(const std::filesystem::path& file, std::chrono::milliseconds busyTimeout);

    /// Fills an empty state. A database without a revision begins at `fresh`, which is stored.
    /// Throws plugin::StartError corruptData for rows that nobody can have written.
    void load(RegistryState& state, Revision fresh);

    /// Returns when the transaction is committed and synced.
    Result<void> write(const RegistryPlan& plan) override;

private:
    void loadRevision(RegistryState& state, Revision fresh);
    void loadClaims(RegistryState& state);
    void loadTombstones(RegistryState& state);
    void transact(const RegistryPlan& plan);
    void undo() noexcept;

    Database _database;
    std::unique_ptr<RowWriter> _writer; ///< null after a write that failed
    bool _isWriting = false;
};

} // namespace waymark::registry

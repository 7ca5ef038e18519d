#pragma once

#include "JsonRows.h"

#include <waymark/base/LockFile.h>
#include <waymark/registry/RegistryState.h>
#include <waymark/registry/RegistryStore.h>

#include <filesystem>

namespace jsonfile
{

/// Writes the whole file anew for every group of changes.
class JsonFileStore final : public waymark::registry::RegistryStore
{
public:
    /// Locks and reads the file; one that is not there is an empty registry. Throws
    /// waymark::plugin::StartError.
    explicit JsonFileStore(std::filesystem::path file);

    /// Fills an empty state. Revisions count on from the file's number, in this epoch.
    void load(waymark::registry::RegistryState& state, std::uint64_t epoch);

    waymark::Result<void> write(const waymark::registry::RegistryPlan& plan) override;

private:
    std::filesystem::path _file;
    waymark::LockFile _lock;
    Rows _rows; ///< what the file holds
};

} // namespace jsonfile

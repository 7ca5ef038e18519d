#pragma once

#include <waymark/registry/StoreFormat.h>

namespace waymark::registry
{

/// "memory-snapshot": the file that registry-memory.snapshot names (Snapshot.h). Read and written row by row.
class SnapshotFormat final : public StoreFormat
{
public:
    std::string name() const override { return "memory-snapshot"; }
    Result<bool> recognises(const std::filesystem::path& file) const override;
    std::vector<std::string> endings() const override { return {".snapshot"}; }
    Result<void> read(const std::filesystem::path& file, StoreSink& sink) const override;
    Result<std::unique_ptr<StoreSink>> create(const std::filesystem::path& file) const override;
    std::optional<std::filesystem::path> fileIn(const plugin::ConfigView& config) const override;
};

} // namespace waymark::registry

#pragma once

#include <waymark/registry/StoreFormat.h>

namespace waymark::registry
{

/// "sqlite": the file that registry-sqlite.file names, of any schema up to this program's. It is read with
/// what its log holds, without a lock of SQLite's and without a file beside it: whoever reads holds the
/// registry's lock. Row by row.
class SqliteFormat final : public StoreFormat
{
public:
    std::string name() const override { return "sqlite"; }
    Result<bool> recognises(const std::filesystem::path& file) const override;
    std::vector<std::string> endings() const override { return {".db", ".sqlite"}; }
    Result<void> read(const std::filesystem::path& file, StoreSink& sink) const override;
    Result<std::unique_ptr<StoreSink>> create(const std::filesystem::path& file) const override;
    std::filesystem::path lockOf(const std::filesystem::path& file) const override;
    /// Brings the old one's log into it first: a log beside a new database would be taken for its own.
    Result<void> replace(const std::filesystem::path& fresh,
                         const std::filesystem::path& file) const override;
    std::optional<std::filesystem::path> fileIn(const plugin::ConfigView& config) const override;
};

} // namespace waymark::registry

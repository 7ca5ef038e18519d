#pragma once

#include <waymark/base/TextFile.h>
#include <waymark/registry/StoreFormat.h>

#include <iosfwd>

namespace waymark::toolkit::stores
{

/// "json-lines": what `registry export` prints and `registry import` reads (PortableRows.h). No back end
/// keeps its registry in it. Before the rows and behind them:
///
///     {"type":"registry","version":1,"revision":"9e3779b97f4a7c15-17"}
///     {"type":"end","claims":1,"tombstones":1,"keccak256":"..."}
///
/// Of the last, which is how a file is known to be whole, only the type is needed.
class PortableFormat final : public registry::StoreFormat
{
public:
    std::string name() const override { return "json-lines"; }
    Result<bool> recognises(const std::filesystem::path& file) const override;
    std::vector<std::string> endings() const override { return {".jsonl"}; }
    Result<void> read(const std::filesystem::path& file, registry::StoreSink& sink) const override;
    Result<std::unique_ptr<registry::StoreSink>> create(const std::filesystem::path& file) const override;
    std::optional<std::filesystem::path> fileIn(const plugin::ConfigView& config) const override;
};

/// The same from and to anything.
Result<void> readPortable(TextReader reader, registry::StoreSink& sink);
std::unique_ptr<registry::StoreSink> writePortable(TextWriter writer);

} // namespace waymark::toolkit::stores

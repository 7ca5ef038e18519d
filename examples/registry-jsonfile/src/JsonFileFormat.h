#pragma once

#include <waymark/registry/StoreFormat.h>

namespace jsonfile
{

/// The file for `waymark registry export, import, convert, stats`, by the name "json-file".
class JsonFileFormat final : public waymark::registry::StoreFormat
{
public:
    std::string name() const override { return "json-file"; }
    waymark::Result<bool> recognises(const std::filesystem::path& file) const override;
    waymark::Result<void> read(const std::filesystem::path& file,
                               waymark::registry::StoreSink& sink) const override;
    waymark::Result<std::unique_ptr<waymark::registry::StoreSink>>
    create(const std::filesystem::path& file) const override;
    std::optional<std::filesystem::path> fileIn(const waymark::plugin::ConfigView& config) const override;
};

} // namespace jsonfile

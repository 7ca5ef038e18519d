#include "JsonFileFormat.h"

#include "AtomicFile.h"
#include "JsonRows.h"

#include <utility>

namespace jsonfile
{

using namespace waymark;
using registry::StoredRow;

namespace
{

/// The format has no beginning and no end: all is written at once.
class JsonFileSink final : public registry::StoreSink
{
public:
    explicit JsonFileSink(std::filesystem::path file) : _file(std::move(file)) {}

    Result<void> begin(const registry::StoreHead& head) override
    {
        _rows.revision = head.revision;
        return {};
    }
    Result<void> take(std::vector<StoredRow> rows) override
    {
        for (const StoredRow& row : rows)
            std::visit([this](const auto& kind) { _rows.apply(kind); }, row);
        return {};
    }
    Result<void> end() override { return replaceFile(_file, toJson(_rows)); }

private:
    std::filesystem::path _file;
    Rows _rows;
};

} // namespace

Result<bool> JsonFileFormat::recognises(const std::filesystem::path& file) const
{
    const auto text = readFile(file);
    if (!text)
        return failure(text.error());
    return text->starts_with('{') && text->substr(0, 100).find("\"waymark-registry-1\"") != std::string::npos;
}

Result<void> JsonFileFormat::read(const std::filesystem::path& file, registry::StoreSink& sink) const
{
    const auto rows = readFile(file).and_then([](const std::string& text) { return fromJson(text); });
    if (!rows)
        return failure(rows.error());
    std::vector<StoredRow> all;
    for (const auto& [key, row] : rows->claims)
        all.emplace_back(row);
    for (const auto& [key, row] : rows->tombstones)
        all.emplace_back(row);
    return sink.begin({rows->revision, all.size()})
        .and_then([&] { return sink.take(std::move(all)); })
        .and_then([&] { return sink.end(); });
}

Result<std::unique_ptr<registry::StoreSink>> JsonFileFormat::create(const std::filesystem::path& file) const
{
    return std::make_unique<JsonFileSink>(file);
}

std::optional<std::filesystem::path> JsonFileFormat::fileIn(const plugin::ConfigView& config) const
{
    return config.findPath("file").value_or(config.stateDirectory() / "registry.json");
}

} // namespace jsonfile

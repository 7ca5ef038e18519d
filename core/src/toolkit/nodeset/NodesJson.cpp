#include "toolkit/nodeset/JsonText.h"
#include "toolkit/nodeset/NodesJsonReader.h"

#include <waymark/base/AtomicFile.h>
#include <waymark/toolkit/nodeset/NodesJson.h>

#include <Poco/JSON/Parser.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace waymark::toolkit::nodeset
{

namespace
{

/// What devp2p writes for a time that never was.
constexpr const char* never = "0001-01-01T00:00:00Z";

std::string stampOf(const std::optional<WallTime>& time)
{
    return time ? toTimestamp(*time) : never;
}

} // namespace

Result<void> readNodesJson(std::istream& in, const EntrySink& entry, const DamageSink& damage)
{
    const Poco::SharedPtr<NodesJsonReader> reader(new NodesJsonReader(entry, damage));
    Poco::JSON::Parser parser(reader);
    JsonText text(in);
    std::istream guarded(&text);
    try {
        parser.parse(guarded);
    } catch (const Poco::Exception& exception) {
        if (guarded.bad())
            return failure(ErrorCode::io, "it cannot be read");
        const std::string place = reader->count() == 0
                                      ? "at its beginning"
                                      : "in or behind entry " + std::to_string(reader->count());
        return failure(ErrorCode::corrupt, "it is no nodes.json, " + place + ": " + exception.message());
    }
    return {};
}

void NodesJsonWriter::add(const Entry& entry)
{
    _out << (_any ? ",\n    \"" : "{\n    \"") << toHex(entry.id())
         << "\": {\n        \"seq\": " << entry.seq() << ",\n        \"record\": \"" << entry.text()
         << "\",\n";
    if (entry.history.score != 0)
        _out << "        \"score\": " << entry.history.score << ",\n";
    _out << "        \"firstResponse\": \"" << stampOf(entry.history.firstResponse)
         << "\",\n        \"lastResponse\": \"" << stampOf(entry.history.lastResponse)
         << "\",\n        \"lastCheck\": \"" << stampOf(entry.history.lastCheck) << "\"\n    }";
    _any = true;
}

void NodesJsonWriter::end()
{
    _out << (_any ? "\n}\n" : "{}\n");
}

Result<LoadedNodes> loadNodesJson(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        const int code = errno;
        return failure(code == ENOENT ? ErrorCode::notFound : ErrorCode::io,
                       file.string() + ": cannot be opened: " + std::generic_category().message(code));
    }
    LoadedNodes loaded;
    const auto read = readNodesJson(
        in, [&](Entry&& entry) { loaded.nodes.merge(std::move(entry)); },
        [&](const Damage& damage) { loaded.damaged.push_back(damage); });
    if (!read)
        return failure(read.error().in(file.string()));
    return loaded;
}

Result<void> saveNodesJson(const std::filesystem::path& file, const NodeSet& nodes, FileSystem& files)
{
    if (auto folder = requireFolderOf(file); !folder)
        return folder;
    std::ostringstream text;
    NodesJsonWriter writer(text);
    for (const auto& [id, entry] : nodes.entries())
        writer.add(entry);
    writer.end();
    return replaceContent(file, text.view(), files);
}

} // namespace waymark::toolkit::nodeset

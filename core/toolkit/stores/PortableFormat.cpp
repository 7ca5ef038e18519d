#include "stores/PortableFormat.h"

#include "stores/PortableRows.h"

#include <waymark/node/Keccak.h>

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

#include <utility>

namespace waymark::toolkit::stores
{

using namespace waymark::registry;
using Poco::JSON::Object;

namespace
{

constexpr std::string_view start = R"({"type":"registry",)";
constexpr int version = 1;

class PortableSink final : public StoreSink
{
public:
    explicit PortableSink(TextWriter writer) : _writer(std::move(writer)) {}

    Result<void> begin(const StoreHead& head) override
    {
        return line(std::string(start) + "\"version\":" + std::to_string(version) + ",\"revision\":\"" +
                    head.revision.toString() + "\"}");
    }
    Result<void> take(std::vector<StoredRow> rows) override
    {
        for (const StoredRow& row : rows) {
            ++(std::holds_alternative<ClaimRow>(row) ? _claims : _tombstones);
            if (auto written = line(encodeRow(row)); !written)
                return written;
        }
        return {};
    }
    Result<void> end() override
    {
        auto written = _writer.write(R"({"type":"end","claims":)" + std::to_string(_claims) +
                                     ",\"tombstones\":" + std::to_string(_tombstones) + ",\"keccak256\":\"" +
                                     toHex(_hash.digest()) + "\"}\n");
        return written ? _writer.end() : written;
    }

private:
    Result<void> line(std::string text)
    {
        text += '\n';
        _hash.add(asBytes(text));
        return _writer.write(text);
    }

    TextWriter _writer;
    node::KeccakStream _hash;
    std::size_t _claims = 0;
    std::size_t _tombstones = 0;
};

tl::unexpected<Error> corrupt(const std::string& what)
{
    return failure(ErrorCode::corrupt, what);
}

Result<Object::Ptr> objectOf(std::string_view line)
{
    try {
        const auto parsed = Poco::JSON::Parser().parse(std::string(line));
        if (parsed.type() != typeid(Object::Ptr))
            return corrupt("it is no JSON object");
        return parsed.extract<Object::Ptr>();
    } catch (const Poco::Exception& exception) {
        return corrupt("it is no JSON: " + exception.message());
    }
}

/// Reads the lines of one text.
class PortableReading
{
public:
    PortableReading(TextReader reader, StoreSink& sink) : _reader(std::move(reader)), _sink(sink) {}

    Result<void> run()
    {
        while (!_isEnded) {
            const auto line = _reader.next();
            const bool isCut = !line && line.error().code == ErrorCode::truncated;
            if (!line && !isCut)
                return failure(line.error().code == ErrorCode::tooLarge
                                   ? Error(ErrorCode::corrupt, line.error().message)
                                   : line.error());
            if (isCut || !*line)
                return corrupt(_reader.number() == 0
                                   ? "it is empty: its first line must say {\"type\":\"registry\",...}"
                                   : R"(it is truncated: its last line is not {"type":"end",...})");
            if (auto taken = take(**line); !taken)
                return failure(_hasFailedSink ? taken.error() : taken.error().in(place()));
        }
        const auto more = _reader.next();
        if (!more || *more)
            return corrupt("it goes on after its end");
        return give().and_then([this] { return _sink.end(); });
    }

private:
    std::string place() const { return "line " + std::to_string(_reader.number()); }

    Result<void> take(std::string_view line)
    {
        const auto object = objectOf(line);
        if (!object)
            return failure(object.error());
        const auto type = (*object)->optValue<std::string>("type", "");
        if (_reader.number() == 1)
            return takeHead(**object, type, line);
        if (type == "end")
            return takeEnd(**object);
        hash(line);
        auto row = decodeRow(**object);
        if (!row)
            return failure(std::move(row.error()));
        ++(std::holds_alternative<ClaimRow>(*row) ? _claims : _tombstones);
        _rows.push_back(std::move(*row));
        return _rows.size() < StoreFormat::batch ? Result<void>() : give();
    }

    Result<void> takeHead(const Object& object, const std::string& type, std::string_view line)
    {
        if (type != "registry")
            return corrupt(R"(it is no exported registry, whose first line is {"type":"registry",...})");
        if (object.optValue<int>("version", 0) != version)
            return failure(ErrorCode::conflict,
                           "its version is not " + std::to_string(version) + ", which this Waymark reads");
        const std::string text = object.optValue<std::string>("revision", "0000000000000000-0");
        const auto revision = Revision::parse(text);
        if (!revision)
            return corrupt("\"revision\": " + revision.error().message);
        hash(line);
        return told(_sink.begin({*revision, std::nullopt}));
    }

    Result<void> takeEnd(const Object& object)
    {
        _isEnded = true;
        const auto isWrong = [&](const char* name, std::uint64_t count) {
            return object.has(name) && object.optValue<std::uint64_t>(name, UINT64_MAX) != count;
        };
        if (isWrong("claims", _claims) || isWrong("tombstones", _tombstones))
            return corrupt("it counts other rows than came: " + std::to_string(_claims) + " claims and " +
                           std::to_string(_tombstones) + " tombstones came");
        if (object.has("keccak256") && object.optValue<std::string>("keccak256", "") != toHex(_hash.digest()))
            return corrupt(
                "the lines before do not have this keccak256; leave it out where they were changed "
                "on purpose");
        return {};
    }

    Result<void> give()
    {
        return _rows.empty() ? Result<void>() : told(_sink.take(std::exchange(_rows, {})));
    }
    /// What the sink says has nothing to do with a line.
    Result<void> told(Result<void> result)
    {
        _hasFailedSink = !result;
        return result;
    }
    void hash(std::string_view line)
    {
        _hash.add(asBytes(line));
        _hash.add(asBytes("\n"));
    }

    TextReader _reader;
    StoreSink& _sink;
    node::KeccakStream _hash;
    std::vector<StoredRow> _rows;
    std::uint64_t _claims = 0;
    std::uint64_t _tombstones = 0;
    bool _isEnded = false;
    bool _hasFailedSink = false;
};

} // namespace

Result<void> readPortable(TextReader reader, StoreSink& sink)
{
    try {
        return PortableReading(std::move(reader), sink).run();
    } catch (const Poco::Exception& exception) {
        return corrupt("a field has a value of the wrong kind: " + exception.displayText());
    }
}

std::unique_ptr<StoreSink> writePortable(TextWriter writer)
{
    return std::make_unique<PortableSink>(std::move(writer));
}

Result<bool> PortableFormat::recognises(const std::filesystem::path& file) const
{
    auto reader = TextReader::open(file);
    if (!reader)
        return failure(reader.error());
    const auto line = reader->next();
    if (!line && line.error().code == ErrorCode::io)
        return failure(line.error());
    if (!line || !*line)
        return false;
    const auto object = objectOf(**line);
    return object && (*object)->has("type") && (*object)->get("type").isString() &&
           (*object)->getValue<std::string>("type") == "registry";
}

Result<void> PortableFormat::read(const std::filesystem::path& file, StoreSink& sink) const
{
    auto reader = TextReader::open(file);
    return reader ? readPortable(std::move(*reader), sink) : failure(reader.error());
}

Result<std::unique_ptr<StoreSink>> PortableFormat::create(const std::filesystem::path& file) const
{
    auto writer = TextWriter::create(file);
    if (!writer)
        return failure(writer.error());
    return writePortable(std::move(*writer));
}

std::optional<std::filesystem::path> PortableFormat::fileIn(const plugin::ConfigView&) const
{
    return std::nullopt;
}

} // namespace waymark::toolkit::stores

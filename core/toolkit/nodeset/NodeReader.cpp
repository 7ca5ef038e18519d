#include "nodeset/NodeReader.h"

#include "node/Text.h"
#include "nodeset/Csv.h"
#include "nodeset/Lines.h"
#include "toolkit/nodeset/JsonText.h"

#include <Poco/JSON/Handler.h>
#include <Poco/JSON/Parser.h>

#include <istream>
#include <utility>

namespace waymark::toolkit::nodeset
{

namespace
{

/// An array of node texts.
class ArrayReader final : public Poco::JSON::Handler
{
public:
    ArrayReader(const EntrySink& entry, const DamageSink& damage) noexcept : _entry(entry), _damage(damage) {}

    std::size_t count() const noexcept { return _count; }

    void reset() override { _depth = 0; }
    void startObject() override
    {
        other();
        ++_depth;
    }
    void endObject() override { --_depth; }
    void startArray() override
    {
        if (_depth > 0)
            other();
        ++_depth;
    }
    void endArray() override { --_depth; }
    void key(const std::string&) override {}
    void null() override { other(); }
    void value(int) override { other(); }
    void value(unsigned) override { other(); }
    void value(Poco::Int64) override { other(); }
    void value(Poco::UInt64) override { other(); }
    void value(double) override { other(); }
    void value(bool) override { other(); }
    void value(const std::string& text) override
    {
        if (_depth != 1)
            return other();
        ++_count;
        if (auto entry = Entry::parse(text))
            _entry(std::move(*entry));
        else
            _damage({"entry " + std::to_string(_count), entry.error().message});
    }

private:
    void other()
    {
        if (_depth == 0)
            throw Poco::DataFormatException("it is no JSON array of nodes");
        if (_depth == 1)
            _damage({"entry " + std::to_string(++_count), "it is no text"});
    }

    const EntrySink& _entry;
    const DamageSink& _damage;
    std::size_t _depth = 0;
    std::size_t _count = 0;
};

Result<void> readArray(std::istream& in, const EntrySink& entry, const DamageSink& damage)
{
    const Poco::SharedPtr<ArrayReader> reader(new ArrayReader(entry, damage));
    Poco::JSON::Parser parser(reader);
    try {
        JsonText text(in);
        std::istream guarded(&text);
        parser.parse(guarded);
        if (guarded.bad())
            return failure(ErrorCode::io, "it cannot be read");
    } catch (const Poco::Exception& exception) {
        return failure(ErrorCode::corrupt, "it is no static-nodes.json, in or behind entry " +
                                               std::to_string(reader->count()) + ": " + exception.message());
    }
    return {};
}

/// "enode://... # a comment"
std::string_view withoutComment(std::string_view line)
{
    const auto mark = line.find(" #");
    line = line.substr(0, mark);
    return line.substr(0, line.find_last_not_of(" \t") + 1);
}

void readList(Lines& lines, const EntrySink& entry, const DamageSink& damage)
{
    while (const auto line = lines.next()) {
        auto read = lines.isCut() ? failure(ErrorCode::tooLarge, "it is too long")
                                  : Entry::parse(withoutComment(*line));
        if (read)
            entry(std::move(*read));
        else
            damage({"line " + std::to_string(lines.number()), read.error().message});
    }
}

Result<void> readTable(Lines& lines, const EntrySink& entry, const DamageSink& damage)
{
    const auto heading = lines.next();
    if (!heading)
        return {};
    const auto rows = CsvRows::under(*heading);
    if (!rows)
        return failure(ErrorCode::corrupt,
                       "line " + std::to_string(lines.number()) +
                           " is no heading of a table with a column 'record': " + node::quoted(*heading));
    while (const auto line = lines.next()) {
        auto read = lines.isCut() ? failure(ErrorCode::tooLarge, "it is too long") : rows->read(*line);
        if (read)
            entry(std::move(*read));
        else
            damage({"line " + std::to_string(lines.number()), read.error().message});
    }
    return {};
}

std::optional<Format> formatOfLine(std::string_view line)
{
    if (line.starts_with("enode:") || line.starts_with("enr:"))
        return Format::list;
    if (CsvRows::under(line))
        return Format::csv;
    return std::nullopt;
}

} // namespace

Result<std::optional<Format>> readNodes(std::istream& in, std::optional<Format> format,
                                        const EntrySink& entry, const DamageSink& damage)
{
    skipByteOrderMark(in);
    if (!format) {
        const auto first = (in >> std::ws).peek();
        if (first == '{')
            format = Format::nodesJson;
        else if (first == '[')
            format = Format::staticNodes;
        in.clear(in.rdstate() & ~(std::ios::eofbit | std::ios::failbit));
    }
    Result<void> read;
    Lines lines(in);
    if (format == Format::nodesJson) {
        read = readNodesJson(in, entry, damage);
    } else if (format == Format::staticNodes) {
        read = readArray(in, entry, damage);
    } else {
        if (!format) {
            const auto line = lines.next();
            format = line ? formatOfLine(*line) : std::nullopt;
            if (line && !format)
                return failure(
                    ErrorCode::corrupt,
                    "it is no set of nodes: neither JSON nor a table nor a list of enode:// or enr: lines, "
                    "but " +
                        node::quoted(*line));
            lines.again();
        }
        if (format == Format::csv)
            read = readTable(lines, entry, damage);
        else if (format)
            readList(lines, entry, damage);
    }
    if (in.bad())
        return failure(ErrorCode::io, "it cannot be read");
    if (!read)
        return failure(read.error());
    return format;
}

} // namespace waymark::toolkit::nodeset

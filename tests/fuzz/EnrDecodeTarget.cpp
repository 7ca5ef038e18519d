#include "Choices.h"
#include "Fuzzing.h"
#include "enr/Entry.h"
#include "enr/RecordText.h"
#include "toolkit/RecordDissection.h"

#include <waymark/node/Rlp.h>
#include <waymark/testkit/TestKeys.h>

#include <algorithm>

/// What `waymark enr decode` is given: texts and records of anybody's, most of them damaged. The first byte
/// says which it is, and whether what follows is the content of a record that is whole but for its signature.
namespace waymark::fuzz
{

namespace
{

using toolkit::RecordDissection;

enum class Mode : Byte
{
    raw,
    text,
    content
};
constexpr std::size_t modes = 3;
constexpr std::size_t terminal = 80;

void look(const RecordDissection& record)
{
    require(record.record().has_value() != record.flaw().has_value(), "a record is whole, or has a flaw");
    if (record.flaw()) {
        require(record.flaw()->offset <= record.bytes().size(),
                "a flaw lies within the record, or at its end");
        requireOneLine(record.flaw()->error.message);
    }
    for (const auto& [key, item] : record.pairs()) {
        const auto entry = toolkit::enr::explain(key, item);
        requireOneLine(entry.value.shown());
        requireOneLine(entry.value.json());
        require(entry.isMalformed || node::rlp::isOneItem(item), "what is no item has no meaning");
        // Each byte takes some characters, or is the number of a subnet in a list of them.
        constexpr std::size_t eachByte = 40;
        constexpr std::size_t words = 100;
        require(entry.value.json().size() <= words + eachByte * item.size(),
                "an explanation is no longer than needed");
        require(entry.value.shown().size() <= words + eachByte * item.size(),
                "a text is no longer than needed");
    }
}

void tryText(const std::string& text)
{
    const auto read = RecordDissection::read(text);
    if (read)
        look(*read);
    if (!read || read->flaw())
        require(!toolkit::enr::complaint(read, text, terminal).empty(), "what is wrong is said");
}

} // namespace

void run(ByteView input)
{
    Choices choices(input);
    const auto mode = static_cast<Mode>(choices.below(modes));
    const ByteView rest = choices.rest();
    switch (mode) {
    case Mode::raw:
        return look(RecordDissection(rest));
    case Mode::text:
        return tryText(std::string(asText(rest)));
    case Mode::content: {
        Bytes record;
        node::rlp::Writer writer(record);
        const auto mark = writer.beginList();
        writer.string(Bytes(std::tuple_size_v<node::CompactSignature>, 0x11)).raw(rest).endList(mark);
        return look(RecordDissection(record));
    }
    }
}

namespace
{

Seed behind(std::string name, Mode mode, ByteView bytes)
{
    Bytes made{static_cast<Byte>(mode)};
    made.insert(made.end(), bytes.begin(), bytes.end());
    return {std::move(name), std::move(made)};
}

/// seq 1 and one entry.
Seed entrySeed(std::string name, std::string_view key, std::string_view item)
{
    Bytes content;
    node::rlp::Writer(content).integer(1).string(asBytes(key)).raw(fromHex(item).value());
    return behind(std::move(name), Mode::content, content);
}

} // namespace

std::vector<Seed> seeds()
{
    const auto item = [](std::string_view hex) {
        return fromHex(hex).value();
    };
    const auto record = node::EnrBuilder()
                            .seq(1000)
                            .entry("attnets", item("880100000000000080"))
                            .entry("client", item("ca8467657468845631302e"))
                            .entry("eth", item("cac984fc64ec0483118c30"))
                            .entry("eth2", item("90b5303f2a03000000ffffffffffffffff"))
                            .entry("nested", item("c401c0c102"))
                            .entry("opstack", item("83854200"))
                            .endpoint({node::IpAddress::v4(127, 0, 0, 1), 30303, 30304})
                            .sign(testkit::testKey(1))
                            .value();
    const ByteView bytes = record.encoded();
    return {
        behind("rich", Mode::raw, bytes),
        behind("rich-text", Mode::text, asBytes(record.toString())),
        behind("cut-off", Mode::raw, bytes.first(bytes.size() / 2)),
        behind("hex-text", Mode::text, asBytes("0x" + toHex(bytes))),
        entrySeed("subnets", "attnets", "88ffffffffffffffff"),
        entrySeed("found-list-in-list-that-is-cut-off", "eth", "c2c181"),
        entrySeed("found-client-that-is-cut-off", "client", "c181"),
        entrySeed("found-unknown-list-that-is-cut-off", "a", "c181"),
    };
}

} // namespace waymark::fuzz

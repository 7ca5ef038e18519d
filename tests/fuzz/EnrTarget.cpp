#include "Choices.h"
#include "Fuzzing.h"

#include <waymark/node/Enr.h>
#include <waymark/node/Rlp.h>
#include <waymark/testkit/TestKeys.h>

/// Node records. Nobody guesses a signature, so besides raw records and texts the target makes records out of
/// any content by really signing it: what is behind the signature's check is reached as well.
namespace waymark::fuzz
{

namespace
{

using node::Enr;
using node::rlp::Writer;

enum class Mode : Byte
{
    raw,
    text,
    signedContent
};
constexpr std::size_t modes = 3;

const node::SecretKey& signer()
{
    static const node::SecretKey key = testkit::testKey(1);
    return key;
}

/// [signature, content...]
Bytes signedRecord(ByteView content)
{
    Bytes list;
    Writer plain(list);
    const auto whole = plain.beginList();
    plain.raw(content).endList(whole);
    const auto signature = signer().signCompact(node::keccak256(list));
    Bytes record;
    Writer writer(record);
    const auto mark = writer.beginList();
    writer.string(signature).raw(content).endList(mark);
    return record;
}

/// A record whose key is the signer's comes out of the builder as it went in.
void requireBuiltTheSame(const Enr& record)
{
    node::EnrBuilder builder;
    builder.seq(record.seq());
    for (const auto& [key, item] : record.entries())
        if (key != "id" && key != "secp256k1")
            builder.entry(key, item);
    const auto built = builder.sign(signer());
    require(built.has_value() && *built == record, "a record that is built again is the same");
}

void look(const Enr& record)
{
    require(record.encoded().size() <= Enr::maximumSize, "a record has at most 300 bytes");
    const auto fromText = Enr::parse(record.toString());
    require(fromText.has_value() && *fromText == record, "the text of a record reads as that record");
    const auto v4 = record.endpointV4();
    require(!v4 || (v4->ip.isV4() && v4->udp > 0), "the v4 endpoint is one");
    const auto v6 = record.endpointV6();
    require(!v6 || (v6->ip.isV6() && v6->udp > 0), "the v6 endpoint is one");
    require(record.key().isOnCurve(), "a record's key is on the curve");
    for (const auto& [key, item] : record.entries())
        require(record.entry(key).has_value(), "each entry is found by its name");
}

void tryRecord(ByteView bytes, bool isSigned)
{
    const auto record = Enr::decode(bytes);
    if (!record)
        return requireOneLine(record.error().message);
    require(std::ranges::equal(record->encoded(), bytes), "a record is kept as it was");
    look(*record);
    if (isSigned)
        requireBuiltTheSame(*record);
}

} // namespace

void run(ByteView input)
{
    Choices choices(input);
    switch (static_cast<Mode>(choices.below(modes))) {
    case Mode::raw:
        return tryRecord(choices.rest(), false);
    case Mode::text: {
        const auto record = Enr::parse(asText(choices.rest()));
        return record ? look(*record) : requireOneLine(record.error().message);
    }
    case Mode::signedContent:
        return tryRecord(signedRecord(choices.rest()), true);
    }
}

namespace
{

Seed contentSeed(std::string name, const node::EnrBuilder& builder)
{
    const auto record = builder.sign(signer()).value();
    auto items = node::rlp::Reader(record.encoded()).list().value();
    require(items.skip().has_value(), "a record starts with its signature");
    Bytes bytes{static_cast<Byte>(Mode::signedContent)};
    bytes.insert(bytes.end(), items.rest().begin(), items.rest().end());
    return {std::move(name), std::move(bytes)};
}

} // namespace

std::vector<Seed> seeds()
{
    const std::string example =
        "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33"
        "Ls8RRcy5wBgmlkgnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM"
        "0xOIN1ZHCCdl8";
    Seed text = seed("eip778-text", example);
    text.bytes.insert(text.bytes.begin(), static_cast<Byte>(Mode::text));
    const auto record = Enr::parse(example).value();
    Bytes raw{static_cast<Byte>(Mode::raw)};
    raw.insert(raw.end(), record.encoded().begin(), record.encoded().end());

    const node::NodeEndpoint v4{node::IpAddress::v4(127, 0, 0, 1), 30303, 30304};
    const node::NodeEndpoint v6{node::IpAddress::parse("2001:db8::1").value(), 30303, 0};
    return {
        text,
        {"eip778-raw", raw},
        contentSeed("smallest", node::EnrBuilder()),
        contentSeed("v4", node::EnrBuilder().seq(2).endpoint(v4)),
        contentSeed("dual", node::EnrBuilder().seq(~std::uint64_t{0}).endpoint(v4).endpoint(v6)),
        contentSeed("nested", node::EnrBuilder().entry("eth", fromHex("cac9840102030483aabbcc").value())),
        contentSeed("largest", node::EnrBuilder().entry("x",
                                                        [] {
                                                            Bytes item{0xb8, 140};
                                                            item.resize(142, 0x5a);
                                                            return item;
                                                        }())),
    };
}

} // namespace waymark::fuzz

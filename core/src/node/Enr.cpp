#include "node/Text.h"

#include <waymark/node/Enr.h>
#include <waymark/node/Rlp.h>

#include <limits>
#include <stdexcept>

namespace waymark::node
{

namespace
{

constexpr std::string_view identityKey = "id";
constexpr std::string_view identityScheme = "v4";
constexpr std::string_view publicKeyKey = "secp256k1";

using Entries = std::map<std::string, Bytes, std::less<>>;

/// What a record signs; checked for form, not for its signature.
struct Content
{
    std::uint64_t seq = 0;
    Entries entries;
};

Result<Content> readContent(rlp::Reader reader)
{
    Content content;
    const auto seq = reader.integer();
    if (!seq)
        return failure(seq.error().in("ENR seq"));
    content.seq = *seq;
    while (!reader.atEnd()) {
        const auto key = reader.string();
        if (!key)
            return failure(key.error().in("ENR key"));
        std::string name(asText(*key));
        if (!content.entries.empty() && name <= content.entries.rbegin()->first)
            return failure(ErrorCode::nonCanonical, "ENR keys are sorted and unique, unlike " + quoted(name));
        const auto value = reader.raw();
        if (!value)
            return failure(value.error().in("ENR entry " + quoted(name)));
        if (!rlp::isOneItem(*value))
            return failure(ErrorCode::nonCanonical, "ENR entry " + quoted(name) + " is no canonical RLP");
        content.entries.emplace_hint(content.entries.end(), std::move(name),
                                     Bytes(value->begin(), value->end()));
    }
    return content;
}

Result<PublicKey> readIdentity(const Entries& entries)
{
    const auto scheme = entries.find(identityKey);
    if (scheme == entries.end())
        return failure(ErrorCode::invalidArgument, "ENR without an identity scheme ('id')");
    const auto name = rlp::Reader(scheme->second).string();
    if (!name || asText(*name) != identityScheme)
        return failure(ErrorCode::invalidArgument, "ENR of an unknown identity scheme, only 'v4' is known");
    const auto entry = entries.find(publicKeyKey);
    if (entry == entries.end())
        return failure(ErrorCode::invalidArgument, "ENR without a public key ('secp256k1')");
    const auto compressed = rlp::Reader(entry->second).string();
    if (!compressed)
        return failure(compressed.error().in("ENR entry 'secp256k1'"));
    auto key = PublicKey::fromCompressed(*compressed);
    if (!key)
        return failure(key.error().in("ENR entry 'secp256k1'"));
    return key;
}

/// keccak256 over the record without its signature, as the identity scheme "v4" signs it.
Hash256 digestOf(ByteView content)
{
    Bytes list;
    rlp::Writer writer(list);
    const auto mark = writer.beginList();
    writer.raw(content).endList(mark);
    return keccak256(list);
}

/// Nothing when there is an entry but no port in it; `otherwise` when there is none.
std::optional<std::uint16_t> readPort(const Enr& record, std::string_view key,
                                      std::optional<std::uint16_t> otherwise)
{
    const auto item = record.entry(key);
    if (!item)
        return otherwise;
    const auto port = rlp::Reader(*item).integer();
    if (!port || *port > std::numeric_limits<std::uint16_t>::max())
        return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

std::optional<IpAddress> readAddress(const Enr& record, std::string_view key, std::size_t size)
{
    const auto item = record.entry(key);
    if (!item)
        return std::nullopt;
    const auto bytes = rlp::Reader(*item).string();
    if (!bytes || bytes->size() != size)
        return std::nullopt;
    const auto address = IpAddress::fromBytes(*bytes);
    // A mapped IPv4 address under "ip6" is no IPv6 address.
    if (!address || address->bytes().size() != size)
        return std::nullopt;
    return *address;
}

std::optional<NodeEndpoint> makeEndpoint(const std::optional<IpAddress>& ip,
                                         const std::optional<std::uint16_t>& udp,
                                         const std::optional<std::uint16_t>& tcp)
{
    if (!ip || !udp || *udp == 0 || !tcp)
        return std::nullopt;
    return NodeEndpoint{*ip, *udp, *tcp};
}

Bytes encodeString(ByteView value)
{
    Bytes item;
    rlp::Writer(item).string(value);
    return item;
}

Bytes encodeInteger(std::uint64_t value)
{
    Bytes item;
    rlp::Writer(item).integer(value);
    return item;
}

tl::unexpected<Error> tooLarge(std::size_t size)
{
    return failure(ErrorCode::tooLarge, "an ENR has at most " + std::to_string(Enr::maximumSize) +
                                            " bytes, not " + std::to_string(size));
}

} // namespace

Result<Enr> Enr::decode(ByteView bytes)
{
    if (bytes.size() > maximumSize)
        return tooLarge(bytes.size());
    rlp::Reader outer(bytes);
    auto list = outer.list();
    if (!list)
        return failure(list.error().in("ENR"));
    if (!outer.atEnd())
        return failure(ErrorCode::invalidArgument,
                       std::to_string(outer.rest().size()) + " bytes behind the ENR");
    CompactSignature signature;
    if (auto read = list->fixed(signature); !read)
        return failure(read.error().in("ENR signature"));
    const ByteView signedBytes = list->rest();
    auto content = readContent(*list);
    if (!content)
        return failure(content.error());
    const auto key = readIdentity(content->entries);
    if (!key)
        return failure(key.error());
    if (!verify(*key, signature, digestOf(signedBytes)))
        return failure(ErrorCode::badSignature, "the ENR is not signed by its own key");

    Enr record;
    record._seq = content->seq;
    record._key = *key;
    record._entries = std::move(content->entries);
    record._encoded.assign(bytes.begin(), bytes.end());
    return record;
}

Enr Enr::restored(ByteView encoded, const PublicKey& key)
{
    rlp::Reader outer(encoded);
    CompactSignature signature;
    auto list = outer.list();
    auto content = list && list->fixed(signature) ? readContent(*list) : failure(ErrorCode::corrupt, {});
    if (!content)
        throw std::logic_error("Enr::restored: these bytes are no record's");
    Enr record;
    record._seq = content->seq;
    record._key = key;
    record._entries = std::move(content->entries);
    record._encoded.assign(encoded.begin(), encoded.end());
    return record;
}

Result<Enr> Enr::parse(std::string_view text)
{
    constexpr std::size_t longest = textPrefix.size() + (maximumSize * 4 + 2) / 3;
    if (!text.starts_with(textPrefix))
        return failure(ErrorCode::invalidArgument, "an ENR starts with 'enr:', unlike " + quoted(text));
    if (text.size() > longest)
        return failure(ErrorCode::tooLarge, "an ENR has at most " + std::to_string(longest) +
                                                " characters, not " + std::to_string(text.size()));
    const auto bytes = fromBase64Url(text.substr(textPrefix.size()));
    if (!bytes)
        return failure(bytes.error().in("ENR"));
    return decode(*bytes);
}

std::string Enr::toString() const
{
    return std::string(textPrefix) + toBase64Url(_encoded);
}

std::optional<ByteView> Enr::entry(std::string_view key) const
{
    const auto found = _entries.find(key);
    if (found == _entries.end())
        return std::nullopt;
    return ByteView(found->second);
}

std::optional<NodeEndpoint> Enr::endpointV4() const
{
    return makeEndpoint(readAddress(*this, "ip", 4), readPort(*this, "udp", std::nullopt),
                        readPort(*this, "tcp", 0));
}

std::optional<NodeEndpoint> Enr::endpointV6() const
{
    const auto udp = readPort(*this, "udp", std::nullopt);
    const auto tcp = readPort(*this, "tcp", 0);
    return makeEndpoint(readAddress(*this, "ip6", 16), readPort(*this, "udp6", udp),
                        readPort(*this, "tcp6", tcp));
}

EnrBuilder& EnrBuilder::seq(std::uint64_t number) noexcept
{
    _seq = number;
    return *this;
}

EnrBuilder& EnrBuilder::endpoint(const NodeEndpoint& where)
{
    const std::string suffix = where.ip.isV6() ? "6" : "";
    const auto port = [&](const std::string& name, std::uint16_t number) {
        if (number == 0)
            _entries.erase(name + suffix);
        else
            entry(name + suffix, encodeInteger(number));
    };
    entry("ip" + suffix, encodeString(where.ip.bytes()));
    port("udp", where.udp);
    port("tcp", where.tcp);
    return *this;
}

EnrBuilder& EnrBuilder::entry(std::string key, Bytes rlpItem)
{
    _entries.insert_or_assign(std::move(key), std::move(rlpItem));
    return *this;
}

Result<Enr> EnrBuilder::sign(const SecretKey& key) const
{
    for (const auto& [name, item] : _entries) {
        if (name == identityKey || name == publicKeyKey)
            return failure(ErrorCode::invalidArgument,
                           "ENR entry " + quoted(name) + " comes from the key that signs");
        if (!rlp::isOneItem(item))
            return failure(ErrorCode::invalidArgument,
                           "ENR entry " + quoted(name) + " is not one canonical RLP item");
    }
    Enr record;
    record._seq = _seq;
    record._key = key.publicKey();
    record._entries = _entries;
    record._entries.emplace(identityKey, encodeString(asBytes(identityScheme)));
    record._entries.emplace(publicKeyKey, encodeString(record._key.compressed()));

    Bytes content;
    rlp::Writer contentWriter(content);
    contentWriter.integer(_seq);
    for (const auto& [name, item] : record._entries)
        contentWriter.string(asBytes(name)).raw(item);
    rlp::Writer writer(record._encoded);
    const auto mark = writer.beginList();
    writer.string(key.signCompact(digestOf(content))).raw(content).endList(mark);
    if (record._encoded.size() > Enr::maximumSize)
        return tooLarge(record._encoded.size());
    return record;
}

} // namespace waymark::node

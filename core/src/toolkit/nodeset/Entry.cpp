#include "node/Text.h"

#include <waymark/node/Rlp.h>
#include <waymark/toolkit/nodeset/Entry.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace waymark::toolkit::nodeset
{

namespace
{

namespace rlp = node::rlp;

/// Calls with each key and its RLP item until that says true. The record was verified, so it has this form.
template <class Found>
void eachPair(ByteView record, const Found& found)
{
    auto list = rlp::Reader(record).list();
    if (!list || !list->skip() || !list->skip()) // signature and number
        return;
    while (!list->atEnd()) {
        const auto key = list->string();
        const auto value = list->raw();
        if (!key || !value || found(node::asText(*key), *value))
            return;
    }
}

std::optional<node::IpAddress> addressOf(const std::optional<ByteView>& item, node::IpFamily family)
{
    const auto bytes = item ? rlp::Reader(*item).string() : failure(ErrorCode::notFound, "");
    if (!bytes || bytes->size() != (family == node::IpFamily::v4 ? 4U : 16U))
        return std::nullopt;
    const auto address = node::IpAddress::fromBytes(*bytes);
    // A mapped IPv4 address is no IPv6 address.
    return address && address->family() == family ? std::optional(*address) : std::nullopt;
}

std::uint16_t portOf(const std::optional<ByteView>& item, std::uint16_t otherwise)
{
    if (!item)
        return otherwise;
    const auto port = rlp::Reader(*item).integer();
    return port && *port <= std::numeric_limits<std::uint16_t>::max() ? static_cast<std::uint16_t>(*port)
                                                                      : std::uint16_t{0};
}

template <class Choose>
void choose(std::optional<WallTime>& mine, const std::optional<WallTime>& other, const Choose& better)
{
    if (other && (!mine || better(*other, *mine)))
        mine = other;
}

} // namespace

Entry::Entry(const node::Enr& record)
    : _id(record.key().nodeId()),
      _key(record.key()),
      _seq(record.seq()),
      _record(record.encoded().begin(), record.encoded().end())
{
}

Entry::Entry(const node::Enode& url) : _id(url.key.nodeId()), _key(url.key), _url(url.endpoint) {}

Result<Entry> Entry::parse(std::string_view text)
{
    if (text.starts_with("enode:"))
        return node::Enode::parse(text).map([](const node::Enode& url) { return Entry(url); });
    if (text.starts_with("enr:"))
        return node::Enr::parse(text).map([](const node::Enr& record) { return Entry(record); });
    return failure(ErrorCode::invalidArgument,
                   "a node is a record, enr:..., or a URL, enode://..., not " + node::quoted(text));
}

std::string Entry::text() const
{
    if (isSigned())
        return std::string(node::Enr::textPrefix) + toBase64Url(_record);
    return node::Enode{_key, _url}.toString();
}

std::optional<ByteView> Entry::item(std::string_view key) const
{
    std::optional<ByteView> found;
    eachPair(_record, [&](std::string_view name, ByteView value) {
        if (name == key)
            found = value;
        return name >= key; // they are sorted
    });
    return found;
}

std::vector<std::string_view> Entry::keys() const
{
    std::vector<std::string_view> names;
    eachPair(_record, [&](std::string_view name, ByteView) {
        names.push_back(name);
        return false;
    });
    return names;
}

std::optional<node::NodeEndpoint> Entry::endpoint(node::IpFamily family) const
{
    if (!isSigned())
        return _url.ip.family() == family ? std::optional(_url) : std::nullopt;
    const bool isV4 = family == node::IpFamily::v4;
    const auto ip = addressOf(item(isV4 ? "ip" : "ip6"), family);
    if (!ip)
        return std::nullopt;
    const std::uint16_t udp = portOf(item("udp"), 0);
    const std::uint16_t tcp = portOf(item("tcp"), 0);
    return node::NodeEndpoint{*ip, isV4 ? udp : portOf(item("udp6"), udp),
                              isV4 ? tcp : portOf(item("tcp6"), tcp)};
}

std::optional<node::NodeEndpoint> Entry::endpoint() const
{
    auto found = endpoint(node::IpFamily::v4);
    return found ? found : endpoint(node::IpFamily::v6);
}

std::optional<node::Enode> Entry::url() const
{
    auto where = endpoint();
    if (!where || (where->udp == 0 && where->tcp == 0))
        return std::nullopt;
    if (where->udp == 0)
        where->udp = where->tcp;
    return node::Enode::advertised(_key, *where);
}

std::optional<ForkId> Entry::forkId() const
{
    const auto entry = item("eth");
    return entry ? ForkId::decode(*entry) : std::nullopt;
}

bool Entry::merge(Entry other)
{
    // Of two URLs none is known to be the newer one, but one may have answered later.
    const bool isFresher = !isSigned() && !other.isSigned() && other._url != _url &&
                           other.history.lastResponse > history.lastResponse;
    history.score = std::max(history.score, other.history.score);
    choose(history.firstResponse, other.history.firstResponse, std::less<>());
    choose(history.lastResponse, other.history.lastResponse, std::greater<>());
    choose(history.lastCheck, other.history.lastCheck, std::greater<>());
    const bool isNewer = isFresher || (other.isSigned() && (!isSigned() || other._seq > _seq));
    if (isNewer) {
        _seq = other._seq;
        _record = std::move(other._record);
        _url = other._url;
    }
    return isNewer;
}

} // namespace waymark::toolkit::nodeset

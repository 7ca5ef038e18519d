#include "RowCodec.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <bit>
#include <charconv>
#include <optional>
#include <sstream>

namespace waymark::registry
{

namespace
{

tl::unexpected<Error> corrupt(const std::string& column)
{
    return failure(ErrorCode::corrupt, "column " + column + " holds what no registry wrote");
}

std::string encodeAddresses(const std::vector<PeerAddress>& addresses)
{
    std::string text;
    for (const PeerAddress& address : addresses) {
        if (!text.empty())
            text += ' ';
        text += toString(address.transport);
        text += '/' + address.host + '/' + std::to_string(address.port);
    }
    return text;
}

std::optional<Transport> transportOf(std::string_view name)
{
    for (const Transport transport : {Transport::tcp, Transport::udp, Transport::quic}) {
        if (toString(transport) == name)
            return transport;
    }
    return std::nullopt;
}

std::optional<PeerAddress> decodeAddress(std::string_view text)
{
    const std::size_t first = text.find('/');
    const std::size_t last = text.rfind('/');
    if (first == std::string_view::npos || first == last)
        return std::nullopt;
    const auto transport = transportOf(text.substr(0, first));
    const std::string_view digits = text.substr(last + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (!transport || error != std::errc() || end != digits.data() + digits.size())
        return std::nullopt;
    return PeerAddress{*transport, std::string(text.substr(first + 1, last - first - 1)), port};
}

Result<std::vector<PeerAddress>> decodeAddresses(std::string_view text)
{
    std::vector<PeerAddress> addresses;
    while (!text.empty()) {
        const std::size_t space = text.find(' ');
        auto address = decodeAddress(text.substr(0, space));
        if (!address)
            return corrupt("addresses");
        addresses.push_back(std::move(*address));
        text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    }
    return addresses;
}

std::string encodeLabels(const std::map<std::string, std::string>& labels)
{
    Poco::JSON::Object object;
    for (const auto& [name, value] : labels)
        object.set(name, value);
    std::ostringstream text;
    object.stringify(text);
    return text.str();
}

Result<std::map<std::string, std::string>> decodeLabels(std::string_view text)
{
    try {
        std::map<std::string, std::string> labels;
        const auto object = Poco::JSON::Parser().parse(std::string(text)).extract<Poco::JSON::Object::Ptr>();
        for (const auto& [name, value] : *object) {
            if (!value.isString())
                return corrupt("labels");
            labels.emplace(name, value.extract<std::string>());
        }
        return labels;
    } catch (const Poco::Exception&) {
        return corrupt("labels");
    }
}

std::int64_t nanoseconds(WallTime time) noexcept
{
    return time.time_since_epoch().count();
}

Result<Lease> decode(const LeaseColumns& columns)
{
    if (columns.ttl.has_value() != columns.expiry.has_value())
        return corrupt(columns.ttl ? "expiry" : "ttl");
    if (!columns.ttl)
        return Lease{};
    if (*columns.ttl <= 0)
        return corrupt("ttl");
    return Lease{Duration(*columns.ttl), {}, WallTime(Duration(*columns.expiry))};
}

Result<node::PeerId> decodePeer(const KeyColumns& columns)
{
    if (columns.scheme < 0 || columns.scheme > static_cast<int>(node::PeerScheme::addr))
        return corrupt("scheme");
    auto peer = node::PeerId::fromBytes(static_cast<node::PeerScheme>(columns.scheme), columns.peer);
    if (!peer)
        return corrupt("peer");
    return peer;
}

} // namespace

KeyColumns encodeKey(const node::PeerId& peer, std::string_view origin)
{
    return {static_cast<std::int64_t>(peer.scheme()), peer.bytes(), origin};
}

LeaseColumns encode(const Lease& lease)
{
    if (lease.isForever())
        return {};
    return {lease.ttl.count(), nanoseconds(lease.wallExpiry)};
}

std::optional<std::int64_t> encodeNumber(std::uint64_t number)
{
    return number == 0 ? std::nullopt : std::optional(std::bit_cast<std::int64_t>(number));
}

ClaimColumns encode(const ClaimRow& row, ClaimText& text)
{
    const Peer& peer = *row.peer;
    ClaimColumns columns;
    columns.key = encodeKey(peer.id, row.origin);
    text.addresses = encodeAddresses(peer.addresses);
    columns.addresses = text.addresses;
    if (!peer.labels.empty()) {
        text.labels = encodeLabels(peer.labels);
        columns.labels = text.labels;
    }
    if (peer.enr)
        columns.enr = peer.enr->encoded();
    if (row.enrSeq)
        columns.enrSeq = std::bit_cast<std::int64_t>(*row.enrSeq);
    columns.lease = encode(row.lease);
    columns.number = encodeNumber(row.number);
    return columns;
}

TombstoneColumns encode(const TombstoneRow& row)
{
    return {encodeKey(row.peer, row.origin), std::bit_cast<std::int64_t>(row.enrSeq),
            std::bit_cast<std::int64_t>(row.order), nanoseconds(row.buried)};
}

Result<ClaimRow> decode(const ClaimColumns& columns)
{
    auto id = decodePeer(columns.key);
    if (!id)
        return failure(std::move(id.error()));
    auto addresses = decodeAddresses(columns.addresses);
    if (!addresses)
        return failure(std::move(addresses.error()));
    Peer peer{std::move(*id), std::move(*addresses), std::nullopt, {}};
    if (columns.labels) {
        auto labels = decodeLabels(*columns.labels);
        if (!labels)
            return failure(std::move(labels.error()));
        peer.labels = std::move(*labels);
    }
    if (columns.enr) {
        auto enr = node::Enr::decode(*columns.enr);
        if (!enr)
            return corrupt("enr");
        peer.enr = std::move(*enr);
    }
    auto lease = decode(columns.lease);
    if (!lease)
        return failure(std::move(lease.error()));
    if (columns.number.value_or(1) < 1)
        return corrupt("number");
    ClaimRow row{std::string(columns.key.origin), std::make_shared<const Peer>(std::move(peer)), std::nullopt,
                 *lease, static_cast<std::uint64_t>(columns.number.value_or(0))};
    if (columns.enrSeq)
        row.enrSeq = std::bit_cast<std::uint64_t>(*columns.enrSeq);
    return row;
}

Result<TombstoneRow> decode(const TombstoneColumns& columns)
{
    auto peer = decodePeer(columns.key);
    if (!peer)
        return failure(std::move(peer.error()));
    if (columns.order < 1)
        return corrupt("removal");
    return TombstoneRow{std::move(*peer), std::string(columns.key.origin),
                        std::bit_cast<std::uint64_t>(columns.enrSeq),
                        static_cast<std::uint64_t>(columns.order), WallTime(Duration(columns.buried))};
}

} // namespace waymark::registry

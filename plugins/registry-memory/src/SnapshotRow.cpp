#include "SnapshotRow.h"

#include "ClaimText.h"
#include "SnapshotText.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace waymark::registry
{

namespace
{

Result<PeerAddress> decodeAddress(std::string_view text)
{
    const std::size_t first = text.find('/');
    const std::size_t last = text.rfind('/');
    if (first == std::string_view::npos || first == last)
        return corrupt("an address is not transport/host/port");
    const auto port = numberOf(text.substr(last + 1));
    for (const Transport transport : {Transport::tcp, Transport::udp, Transport::quic}) {
        if (toString(transport) == text.substr(0, first) && port && *port <= 0xffff)
            return PeerAddress{transport, std::string(text.substr(first + 1, last - first - 1)),
                               static_cast<std::uint16_t>(*port)};
    }
    return corrupt("an address has no such transport or port");
}

Result<std::uint64_t> decodeNumber(const std::string& key, const std::string& text)
{
    const auto value = numberOf(text);
    if (!value)
        return corrupt(key + " is no number");
    return *value;
}

Result<Duration> decodeDuration(const std::string& key, const std::string& text)
{
    const auto value = decodeNumber(key, text);
    if (!value || *value > static_cast<std::uint64_t>(Duration::max().count()))
        return corrupt(key + " is no number of nanoseconds");
    return Duration(static_cast<Duration::rep>(*value));
}

Result<Lease> decodeLease(const ClaimText& row)
{
    if (!row.ttl && !row.expiry)
        return Lease{};
    if (!row.ttl || !row.expiry)
        return corrupt("a lease has a ttl and an expiry, or neither");
    const auto ttl = decodeDuration("ttl", *row.ttl);
    const auto expiry = decodeDuration("expiry", *row.expiry);
    if (!ttl || !expiry)
        return failure(ttl ? expiry.error() : ttl.error());
    return Lease{*ttl, {}, WallTime(*expiry)};
}

Result<StoredRow> decodeClaim(ClaimText row)
{
    auto id = node::PeerId::parse(row.peer);
    if (!id)
        return failure(std::move(id.error()));
    Peer peer{std::move(*id), {}, std::nullopt, std::move(row.labels)};
    peer.addresses.reserve(row.addresses.size());
    for (const std::string& text : row.addresses) {
        auto address = decodeAddress(text);
        if (!address)
            return failure(std::move(address.error()));
        peer.addresses.push_back(std::move(*address));
    }
    if (row.enr) {
        auto enr = node::Enr::parse(*row.enr);
        if (!enr)
            return failure(enr.error().in("enr"));
        peer.enr = std::move(*enr);
    }
    const auto lease = decodeLease(row);
    if (!lease)
        return failure(lease.error());
    ClaimRow claim{std::move(row.origin), std::make_shared<const Peer>(std::move(peer)), std::nullopt,
                   *lease};
    if (row.seq) {
        const auto seq = decodeNumber("seq", *row.seq);
        if (!seq)
            return failure(seq.error());
        claim.enrSeq = *seq;
    }
    return claim;
}

Result<StoredRow> decodeRemoval(const std::string& json)
{
    const auto row = Poco::JSON::Parser().parse(json).extract<Poco::JSON::Object::Ptr>();
    const auto text = [&](const std::string& key) {
        return row->getValue<std::string>(key);
    };
    auto id = node::PeerId::parse(text("peer"));
    if (!id)
        return failure(std::move(id.error()));
    const auto seq = decodeNumber("seq", text("seq"));
    const auto order = decodeNumber("order", text("order"));
    const auto buried = decodeDuration("buried", text("buried"));
    if (!seq || !order || !buried)
        return corrupt("seq, order or buried is no number");
    return TombstoneRow{std::move(*id), text("origin"), *seq, *order, WallTime(*buried)};
}

Result<StoredRow> decodeText(std::string_view text)
{
    const bool isClaim = text.starts_with(claimWord);
    if (!isClaim && !text.starts_with(removalWord))
        return corrupt("it is neither a claim nor a removal");
    text.remove_prefix(isClaim ? claimWord.size() : removalWord.size());
    try {
        if (!isClaim)
            return decodeRemoval(std::string(text));
        auto plain = ClaimText::ofPlain(text);
        return decodeClaim(plain ? std::move(*plain) : ClaimText::ofJson(std::string(text)));
    } catch (const Poco::Exception& exception) {
        return corrupt("it is no row: " + exception.displayText());
    }
}

} // namespace

Result<StoredRow> SnapshotRow::decode() const
{
    auto row = decodeText(text);
    if (!row)
        return failure(row.error().in("line " + std::to_string(line)));
    return row;
}

} // namespace waymark::registry

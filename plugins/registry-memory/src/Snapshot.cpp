#include "Snapshot.h"

#include <waymark/node/Keccak.h>

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <charconv>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

namespace waymark::registry
{

using Poco::JSON::Array;
using Poco::JSON::Object;

namespace
{

constexpr std::string_view magic = "waymark-registry-snapshot ";
constexpr std::string_view version = "1";
constexpr std::string_view revisionWord = "revision ";
constexpr std::string_view claimWord = "claim ";
constexpr std::string_view removalWord = "removal ";
constexpr std::string_view endWord = "end ";

std::string line(std::string_view word, const Object& row)
{
    std::ostringstream text;
    text << word;
    row.stringify(text);
    text << '\n';
    return text.str();
}

std::string nanoseconds(WallTime time)
{
    return std::to_string(time.time_since_epoch().count());
}

std::string encode(const ClaimRow& row)
{
    Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("peer", row.peer->id.toString());
    object.set("origin", row.origin);
    Array addresses;
    for (const PeerAddress& address : row.peer->addresses)
        addresses.add(std::string(toString(address.transport)) + '/' + address.host + '/' +
                      std::to_string(address.port));
    object.set("addresses", addresses);
    if (!row.peer->labels.empty()) {
        Object labels;
        for (const auto& [name, value] : row.peer->labels)
            labels.set(name, value);
        object.set("labels", labels);
    }
    if (row.peer->enr)
        object.set("enr", row.peer->enr->toString());
    if (row.enrSeq)
        object.set("seq", std::to_string(*row.enrSeq)); // too wide for a number of JSON
    if (!row.lease.isForever()) {
        object.set("ttl", std::to_string(row.lease.ttl.count()));
        object.set("expiry", nanoseconds(row.lease.wallExpiry));
    }
    return line(claimWord, object);
}

std::string encode(const TombstoneRow& row)
{
    Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("peer", row.peer.toString());
    object.set("origin", row.origin);
    object.set("seq", std::to_string(row.enrSeq));
    object.set("order", std::to_string(row.order));
    object.set("buried", nanoseconds(row.buried));
    return line(removalWord, object);
}

std::string checksumOf(std::string_view text)
{
    return toHex(node::keccak256(asBytes(text)));
}

std::optional<std::uint64_t> numberOf(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

tl::unexpected<Error> corrupt(const std::string& what)
{
    return failure(ErrorCode::corrupt, what);
}

Result<PeerAddress> decodeAddress(const std::string& text)
{
    const std::size_t first = text.find('/');
    const std::size_t last = text.rfind('/');
    if (first == std::string::npos || first == last)
        return corrupt("an address is not transport/host/port");
    const auto port = numberOf(std::string_view(text).substr(last + 1));
    for (const Transport transport : {Transport::tcp, Transport::udp, Transport::quic}) {
        if (toString(transport) == text.substr(0, first) && port && *port <= 0xffff)
            return PeerAddress{transport, text.substr(first + 1, last - first - 1),
                               static_cast<std::uint16_t>(*port)};
    }
    return corrupt("an address has no such transport or port");
}

Result<std::uint64_t> numberIn(const Object& row, const std::string& key)
{
    const auto value = numberOf(row.getValue<std::string>(key));
    if (!value)
        return corrupt(key + " is no number");
    return *value;
}

Result<Duration> durationIn(const Object& row, const std::string& key)
{
    const auto value = numberIn(row, key);
    if (!value || *value > static_cast<std::uint64_t>(Duration::max().count()))
        return corrupt(key + " is no number of nanoseconds");
    return Duration(static_cast<Duration::rep>(*value));
}

Result<Lease> leaseIn(const Object& row)
{
    if (!row.has("ttl") && !row.has("expiry"))
        return Lease{};
    const auto ttl = durationIn(row, "ttl");
    const auto expiry = durationIn(row, "expiry");
    if (!ttl || !expiry)
        return failure(ttl ? expiry.error() : ttl.error());
    return Lease{*ttl, {}, WallTime(*expiry)};
}

Result<StoredRow> decodeClaim(const Object& row)
{
    auto id = node::PeerId::parse(row.getValue<std::string>("peer"));
    if (!id)
        return failure(std::move(id.error()));
    Peer peer{std::move(*id), {}, std::nullopt, {}};
    const auto addresses = row.getArray("addresses");
    if (addresses.isNull())
        return corrupt("addresses are missing");
    for (unsigned i = 0; i < addresses->size(); ++i) {
        auto address = decodeAddress(addresses->getElement<std::string>(i));
        if (!address)
            return failure(std::move(address.error()));
        peer.addresses.push_back(std::move(*address));
    }
    if (const auto labels = row.getObject("labels")) {
        for (const auto& [name, value] : *labels)
            peer.labels.emplace(name, value.extract<std::string>());
    }
    if (row.has("enr")) {
        auto enr = node::Enr::parse(row.getValue<std::string>("enr"));
        if (!enr)
            return failure(enr.error().in("enr"));
        peer.enr = std::move(*enr);
    }
    const auto lease = leaseIn(row);
    if (!lease)
        return failure(lease.error());
    ClaimRow claim{row.getValue<std::string>("origin"), std::make_shared<const Peer>(std::move(peer)),
                   std::nullopt, *lease};
    if (row.has("seq")) {
        const auto seq = numberIn(row, "seq");
        if (!seq)
            return failure(seq.error());
        claim.enrSeq = *seq;
    }
    return claim;
}

Result<StoredRow> decodeRemoval(const Object& row)
{
    auto id = node::PeerId::parse(row.getValue<std::string>("peer"));
    if (!id)
        return failure(std::move(id.error()));
    const auto seq = numberIn(row, "seq");
    const auto order = numberIn(row, "order");
    const auto buried = durationIn(row, "buried");
    if (!seq || !order || !buried)
        return corrupt("seq, order or buried is no number");
    return TombstoneRow{std::move(*id), row.getValue<std::string>("origin"), *seq, *order, WallTime(*buried)};
}

Result<StoredRow> decodeRow(std::string_view text)
{
    const bool isClaim = text.starts_with(claimWord);
    if (!isClaim && !text.starts_with(removalWord))
        return corrupt("it is neither a claim nor a removal");
    text.remove_prefix(isClaim ? claimWord.size() : removalWord.size());
    try {
        const auto row = Poco::JSON::Parser().parse(std::string(text)).extract<Object::Ptr>();
        return isClaim ? decodeClaim(*row) : decodeRemoval(*row);
    } catch (const Poco::Exception& exception) {
        return corrupt("it is no row: " + exception.displayText());
    }
}

/// Takes a line and its end off the front; nothing when there is none that ends.
std::optional<std::string_view> takeLine(std::string_view& text)
{
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos)
        return std::nullopt;
    const auto taken = text.substr(0, end);
    text.remove_prefix(end + 1);
    return taken;
}

Result<void> checkEnd(std::string_view end, std::string_view before, std::size_t rows)
{
    const std::string expected = std::to_string(rows) + ' ' + checksumOf(before);
    if (end != expected)
        return corrupt("it is damaged: its rows do not match the count and the checksum at its end");
    return {};
}

} // namespace

std::string encodeSnapshot(std::uint64_t revision, std::span<const StoredRow> rows)
{
    std::string text;
    text += magic;
    text += version;
    text += '\n';
    text += revisionWord;
    text += std::to_string(revision) + '\n';
    for (const StoredRow& row : rows)
        text += std::visit([](const auto& kind) { return encode(kind); }, row);
    const std::string checksum = checksumOf(text);
    text += endWord;
    text += std::to_string(rows.size()) + ' ' + checksum + '\n';
    return text;
}

Result<Snapshot> decodeSnapshot(std::string_view text)
{
    const std::string_view whole = text;
    const auto first = takeLine(text);
    if (!first || !first->starts_with(magic))
        return corrupt("it is no snapshot of a registry");
    if (first->substr(magic.size()) != version)
        return failure(ErrorCode::conflict, "it is a snapshot of version " +
                                                std::string(first->substr(magic.size(), 20)) +
                                                ", this Waymark reads " + std::string(version));
    const auto second = takeLine(text);
    const auto revision = second && second->starts_with(revisionWord)
                              ? numberOf(second->substr(revisionWord.size()))
                              : std::nullopt;
    if (!revision)
        return corrupt("line 2 has no revision");
    Snapshot snapshot{*revision, {}};
    for (std::size_t number = 3;; ++number) {
        const auto at = static_cast<std::size_t>(text.data() - whole.data());
        const auto next = takeLine(text);
        if (!next)
            return corrupt("it is truncated: its last line does not say that it is the end");
        if (next->starts_with(endWord)) {
            if (auto checked =
                    checkEnd(next->substr(endWord.size()), whole.substr(0, at), snapshot.rows.size());
                !checked)
                return failure(std::move(checked.error()));
            if (!text.empty())
                return corrupt("it goes on after its end");
            return snapshot;
        }
        auto row = decodeRow(*next);
        if (!row)
            return failure(row.error().in("line " + std::to_string(number)));
        snapshot.rows.push_back(std::move(*row));
    }
}

} // namespace waymark::registry

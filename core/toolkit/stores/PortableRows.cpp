#include "stores/PortableRows.h"

#include "base/Text.h"
#include "stores/PortableTimes.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace waymark::toolkit::stores
{

using namespace waymark::registry;
using Poco::JSON::Object;

namespace
{

/// Puts a JSON object together.
class Members
{
public:
    explicit Members(const char* type) { add("type", type); }

    Members& add(const char* name, std::string_view value) { return addRaw(name, text::jsonQuoted(value)); }
    Members& addRaw(const char* name, const std::string& json)
    {
        _json += (_json.empty() ? "{\"" : ",\"") + std::string(name) + "\":" + json;
        return *this;
    }
    std::string done() && { return std::move(_json) + '}'; }

private:
    std::string _json;
};

std::string encodeAddresses(const std::vector<PeerAddress>& addresses)
{
    std::string json;
    for (const PeerAddress& address : addresses)
        json += (json.empty() ? "" : ",") + std::string("{\"transport\":") +
                text::jsonQuoted(toString(address.transport)) +
                ",\"host\":" + text::jsonQuoted(address.host) + ",\"port\":" + std::to_string(address.port) +
                '}';
    return '[' + json + ']';
}

std::string encodeLabels(const std::map<std::string, std::string>& labels)
{
    std::string json;
    for (const auto& [name, value] : labels)
        json += (json.empty() ? "" : ",") + text::jsonQuoted(name) + ':' + text::jsonQuoted(value);
    return '{' + json + '}';
}

std::string encode(const ClaimRow& row)
{
    Members members("claim");
    members.add("peer", row.peer->id.toString()).add("origin", row.origin);
    members.addRaw("addresses", encodeAddresses(row.peer->addresses));
    if (!row.peer->labels.empty())
        members.addRaw("labels", encodeLabels(row.peer->labels));
    if (row.peer->enr)
        members.add("enr", row.peer->enr->toString());
    if (row.enrSeq)
        members.add("enr_seq", std::to_string(*row.enrSeq));
    if (!row.lease.isForever())
        members.add("ttl", encodeSeconds(row.lease.ttl)).add("expires_at", encodeTime(row.lease.wallExpiry));
    return std::move(members).done();
}

std::string encode(const TombstoneRow& row)
{
    Members members("tombstone");
    members.add("peer", row.peer.toString()).add("origin", row.origin);
    members.add("enr_seq", std::to_string(row.enrSeq)).add("order", std::to_string(row.order));
    if (row.buried != WallTime())
        members.add("removed_at", encodeTime(row.buried));
    return std::move(members).done();
}

/// What is wrong with a field; leaves decodeRow() as a Result.
struct Mistake
{
    std::string message;
};

std::string textOf(const Object& object, const std::string& name)
{
    if (!object.has(name) || !object.get(name).isString())
        throw Mistake{'"' + name + "\" must be there and be text"};
    return object.getValue<std::string>(name);
}

std::uint64_t numberOf(const Object& object, const std::string& name)
{
    const std::string digits = textOf(object, name);
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, value);
    if (digits.empty() || error != std::errc() || rest != end)
        throw Mistake{'"' + name + "\" must be a whole number in quotes"};
    return value;
}

WallTime timeOf(const Object& object, const std::string& name)
{
    const auto time = decodeTime(textOf(object, name));
    if (!time)
        throw Mistake{'"' + name + "\" must be a time such as 2026-09-21T14:13:20Z, from 1970 to 2261"};
    return *time;
}

node::PeerId peerOf(const Object& object)
{
    auto id = node::PeerId::parse(textOf(object, "peer"));
    if (!id)
        throw Mistake{"\"peer\": " + id.error().message};
    return std::move(*id);
}

void checkNames(const Object& object, std::initializer_list<std::string_view> known)
{
    for (const auto& [name, value] : object)
        if (std::ranges::find(known, name) == known.end())
            throw Mistake{"\"" + name.substr(0, 64) + "\" is no field of it"};
}

PeerAddress addressOf(const Object& object)
{
    checkNames(object, {"transport", "host", "port"});
    const std::string name = textOf(object, "transport");
    const bool isNumber = object.has("port") && object.get("port").isInteger();
    const auto port = isNumber ? object.getValue<std::int64_t>("port") : -1;
    if (port < 0 || port > UINT16_MAX)
        throw Mistake{"\"port\" must be a number from 0 to 65535"};
    for (const Transport transport : {Transport::tcp, Transport::udp, Transport::quic})
        if (toString(transport) == name)
            return {transport, textOf(object, "host"), static_cast<std::uint16_t>(port)};
    throw Mistake{"\"transport\" must be tcp, udp or quic"};
}

std::vector<PeerAddress> addressesOf(const Object& object)
{
    const auto array = object.getArray("addresses");
    if (!array)
        throw Mistake{"\"addresses\" must be there and be a list"};
    std::vector<PeerAddress> addresses;
    for (unsigned i = 0; i < array->size(); ++i) {
        const auto element = array->getObject(i);
        if (!element)
            throw Mistake{"\"addresses\" must be a list of objects"};
        addresses.push_back(addressOf(*element));
    }
    return addresses;
}

std::map<std::string, std::string> labelsOf(const Object& object)
{
    std::map<std::string, std::string> labels;
    if (!object.has("labels"))
        return labels;
    const auto members = object.getObject("labels");
    if (!members)
        throw Mistake{"\"labels\" must be an object"};
    for (const std::string& name : members->getNames())
        labels.emplace(name, textOf(*members, name));
    return labels;
}

Lease leaseOf(const Object& object)
{
    if (!object.has("ttl") && !object.has("expires_at"))
        return {};
    const auto ttl = decodeSeconds(textOf(object, "ttl"));
    if (!ttl || *ttl == Duration::zero())
        throw Mistake{"\"ttl\" must be seconds in quotes, such as \"60\" or \"0.5\""};
    return {*ttl, {}, timeOf(object, "expires_at")};
}

ClaimRow claimOf(const Object& object)
{
    checkNames(object,
               {"type", "peer", "origin", "addresses", "labels", "enr", "enr_seq", "ttl", "expires_at"});
    Peer peer{peerOf(object), addressesOf(object), std::nullopt, labelsOf(object)};
    std::optional<std::uint64_t> seq;
    if (object.has("enr")) {
        auto enr = node::Enr::parse(textOf(object, "enr"));
        if (!enr)
            throw Mistake{"\"enr\": " + enr.error().message};
        seq = enr->seq(); // where it is not told
        peer.enr = std::move(*enr);
    }
    if (object.has("enr_seq"))
        seq = numberOf(object, "enr_seq");
    return {textOf(object, "origin"), std::make_shared<const Peer>(std::move(peer)), seq, leaseOf(object)};
}

TombstoneRow tombstoneOf(const Object& object)
{
    checkNames(object, {"type", "peer", "origin", "enr_seq", "order", "removed_at"});
    const WallTime removed = object.has("removed_at") ? timeOf(object, "removed_at") : WallTime();
    return {peerOf(object), textOf(object, "origin"), numberOf(object, "enr_seq"), numberOf(object, "order"),
            removed};
}

} // namespace

std::string encodeRow(const StoredRow& row)
{
    return std::visit([](const auto& kind) { return encode(kind); }, row);
}

Result<StoredRow> decodeRow(const Object& object)
{
    try {
        const std::string type = textOf(object, "type");
        if (type == "claim")
            return claimOf(object);
        if (type == "tombstone")
            return tombstoneOf(object);
        return failure(ErrorCode::corrupt, "\"type\" must be claim, tombstone or end");
    } catch (const Mistake& mistake) {
        return failure(ErrorCode::corrupt, mistake.message);
    } catch (const Poco::Exception& exception) {
        return failure(ErrorCode::corrupt, exception.displayText());
    }
}

} // namespace waymark::toolkit::stores

#include "JsonRows.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <charconv>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace jsonfile
{

using namespace waymark;
using namespace waymark::registry;
using Poco::JSON::Array;
using Poco::JSON::Object;

namespace
{

constexpr const char* format = "waymark-registry-1";

/// What is wrong and where; leaves fromJson() as a Result.
struct Mistake : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// Seconds with the nine digits that follow the point, as text.
std::string seconds(Duration duration)
{
    const std::string digits = std::to_string(duration.count());
    const std::string padded = std::string(digits.size() < 10 ? 10 - digits.size() : 0, '0') + digits;
    return padded.substr(0, padded.size() - 9) + '.' + padded.substr(padded.size() - 9);
}

Object::Ptr toJson(const PeerAddress& address)
{
    Object::Ptr object = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
    object->set("transport", std::string(toString(address.transport)));
    object->set("host", address.host);
    object->set("port", address.port);
    return object;
}

Object::Ptr toJson(const ClaimRow& row)
{
    Object::Ptr object = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
    object->set("peer", row.peer->id.toString());
    object->set("origin", row.origin);
    Array::Ptr addresses = new Array;
    for (const PeerAddress& address : row.peer->addresses)
        addresses->add(toJson(address));
    object->set("addresses", addresses);
    if (!row.peer->labels.empty()) {
        Object::Ptr labels = new Object;
        for (const auto& [name, value] : row.peer->labels)
            labels->set(name, value);
        object->set("labels", labels);
    }
    if (row.peer->enr)
        object->set("enr", row.peer->enr->toString());
    // As text: a JSON number need not hold 64 bits.
    if (row.enrSeq)
        object->set("enrSeq", std::to_string(*row.enrSeq));
    if (!row.lease.isForever()) {
        object->set("ttl", seconds(row.lease.ttl));
        object->set("expiry", seconds(row.lease.wallExpiry.time_since_epoch()));
    }
    return object;
}

Object::Ptr toJson(const TombstoneRow& row)
{
    Object::Ptr object = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
    object->set("peer", row.peer.toString());
    object->set("origin", row.origin);
    object->set("enrSeq", std::to_string(row.enrSeq));
    object->set("order", std::to_string(row.order));
    object->set("buried", seconds(row.buried.time_since_epoch()));
    return object;
}

std::string text(const Object& object, const std::string& key)
{
    if (!object.has(key) || !object.get(key).isString())
        throw Mistake("\"" + key + "\" must be there and be text");
    return object.getValue<std::string>(key);
}

std::uint64_t number(const Object& object, const std::string& key)
{
    const std::string digits = text(object, key);
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, value);
    if (digits.empty() || error != std::errc() || stopped != end)
        throw Mistake("\"" + key + "\" must be a whole number in quotes");
    return value;
}

Duration duration(const Object& object, const std::string& key)
{
    std::string digits = text(object, key);
    const std::size_t point = digits.find('.');
    const bool isWhole = point != std::string::npos && point > 0 && digits.size() == point + 10;
    std::int64_t value = -1;
    if (isWhole) {
        digits.erase(point, 1);
        const char* const end = digits.data() + digits.size();
        const auto [stopped, error] = std::from_chars(digits.data(), end, value);
        if (error != std::errc() || stopped != end)
            value = -1;
    }
    if (value < 0)
        throw Mistake("\"" + key + "\" must be seconds in quotes, with nine digits behind the point");
    return Duration(value);
}

node::PeerId peerId(const Object& object)
{
    auto id = node::PeerId::parse(text(object, "peer"));
    if (!id)
        throw Mistake("\"peer\": " + id.error().message);
    return *id;
}

Transport transport(const Object& object)
{
    const std::string name = text(object, "transport");
    for (const Transport known : {Transport::tcp, Transport::udp, Transport::quic}) {
        if (toString(known) == name)
            return known;
    }
    throw Mistake("\"transport\" must be tcp, udp or quic");
}

PeerAddress address(const Object& object)
{
    const bool isNumber = object.has("port") && object.get("port").isInteger();
    const auto port = isNumber ? object.getValue<std::int64_t>("port") : -1;
    if (port < 0 || port > 65535)
        throw Mistake("\"port\" must be a number from 0 to 65535");
    return {transport(object), text(object, "host"), static_cast<std::uint16_t>(port)};
}

/// Calls `take` for each object of an array, and says in which one a mistake is.
template <class Take>
void forEach(const Object& object, const std::string& key, Take take)
{
    const Array::Ptr array = object.getArray(key);
    if (!array)
        throw Mistake("\"" + key + "\" must be there and be a list");
    for (unsigned i = 0; i < array->size(); ++i) {
        try {
            const Object::Ptr element = array->getObject(i);
            if (!element)
                throw Mistake("it must be an object");
            take(*element);
        } catch (const Mistake& mistake) {
            throw Mistake(key + '[' + std::to_string(i) + "]: " + mistake.what());
        }
    }
}

ClaimRow claim(const Object& object)
{
    Peer peer{peerId(object), {}, std::nullopt, {}};
    forEach(object, "addresses", [&](const Object& element) { peer.addresses.push_back(address(element)); });
    if (object.has("labels")) {
        const Object::Ptr labels = object.getObject("labels");
        if (!labels)
            throw Mistake("\"labels\" must be an object");
        for (const std::string& name : labels->getNames())
            peer.labels.emplace(name, text(*labels, name));
    }
    if (object.has("enr")) {
        auto enr = node::Enr::parse(text(object, "enr"));
        if (!enr)
            throw Mistake("\"enr\": " + enr.error().message);
        peer.enr = std::move(*enr);
    }
    ClaimRow row{text(object, "origin"), std::make_shared<const Peer>(std::move(peer)), std::nullopt};
    if (object.has("enrSeq"))
        row.enrSeq = number(object, "enrSeq");
    if (object.has("ttl") || object.has("expiry"))
        row.lease = {duration(object, "ttl"), {}, WallTime(duration(object, "expiry"))};
    return row;
}

TombstoneRow tombstone(const Object& object)
{
    const WallTime buried = object.has("buried") ? WallTime(duration(object, "buried")) : WallTime();
    return {peerId(object), text(object, "origin"), number(object, "enrSeq"), number(object, "order"),
            buried};
}

Rows rowsOf(const Object& object)
{
    if (text(object, "format") != format)
        throw Mistake(std::string("\"format\" must be \"") + format + '"');
    const auto revision = Revision::parse(text(object, "revision"));
    if (!revision)
        throw Mistake("\"revision\": " + revision.error().message);
    Rows rows;
    rows.revision = *revision;
    forEach(object, "claims", [&](const Object& element) {
        ClaimRow row = claim(element);
        const Rows::Key key{row.peer->id, row.origin};
        if (!rows.claims.emplace(key, std::move(row)).second)
            throw Mistake("this origin claims the peer already");
    });
    forEach(object, "tombstones", [&](const Object& element) {
        TombstoneRow row = tombstone(element);
        const Rows::Key key{row.peer, row.origin};
        if (!rows.tombstones.emplace(key, std::move(row)).second)
            throw Mistake("it is there twice");
    });
    return rows;
}

} // namespace

void Rows::apply(const RowChange& change)
{
    if (const auto* const row = std::get_if<ClaimRow>(&change))
        claims.insert_or_assign({row->peer->id, row->origin}, *row);
    else if (const auto* const gone = std::get_if<ClaimGone>(&change))
        claims.erase({gone->peer, gone->origin});
    else if (const auto* const buried = std::get_if<TombstoneRow>(&change))
        tombstones.insert_or_assign({buried->peer, buried->origin}, *buried);
    else if (const auto* const forgotten = std::get_if<TombstoneGone>(&change))
        tombstones.erase({forgotten->peer, forgotten->origin});
    else if (const auto* const renewed = std::get_if<LeaseRow>(&change))
        renew(*renewed);
}

void Rows::renew(const LeaseRow& row)
{
    if (const auto claim = claims.find({row.peer, row.origin}); claim != claims.end())
        claim->second.lease = row.lease;
}

std::string toJson(const Rows& rows)
{
    Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("format", format);
    object.set("revision", rows.revision.toString());
    Array::Ptr claims = new Array;
    for (const auto& [key, row] : rows.claims)
        claims->add(toJson(row));
    object.set("claims", claims);
    Array::Ptr tombstones = new Array;
    for (const auto& [key, row] : rows.tombstones)
        tombstones->add(toJson(row));
    object.set("tombstones", tombstones);
    std::ostringstream out;
    object.stringify(out, 2);
    out << '\n';
    return out.str();
}

Result<Rows> fromJson(const std::string& json)
{
    try {
        const auto root = Poco::JSON::Parser().parse(json);
        if (root.type() != typeid(Object::Ptr))
            throw Mistake("the file must hold one object");
        return rowsOf(*root.extract<Object::Ptr>());
    } catch (const Mistake& mistake) {
        return failure(ErrorCode::corrupt, mistake.what());
    } catch (const Poco::Exception& exception) {
        return failure(ErrorCode::corrupt, "no JSON: " + exception.message());
    }
}

} // namespace jsonfile

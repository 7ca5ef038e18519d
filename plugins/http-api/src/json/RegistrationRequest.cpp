#include "json/RegistrationRequest.h"

#include "json/Fields.h"
#include "json/JsonScanner.h"
#include "server/SecretBuffer.h"

#include <waymark/node/Enode.h>
#include <waymark/node/Enr.h>
#include <waymark/registry/Lease.h>

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace waymark::httpapi
{

namespace
{

using Poco::JSON::Object;

constexpr std::uint16_t defaultPort = 30303;
constexpr std::size_t stackToWipe = 16384;
constexpr std::array<std::string_view, 4> credentials = {"secret_key", "enr", "enode", "id"};

/// What a request says about the place, besides its credential.
struct Place
{
    std::optional<node::IpAddress> ip;
    std::optional<std::uint16_t> tcp;
    std::optional<std::uint16_t> udp;
};

Answered<void> checkReach(const node::IpAddress& ip)
{
    if (ip.scope() != node::IpScope::special)
        return {};
    return refuse(422,
                  "ip " + ip.toString() +
                      " is unspecified, multicast, documentation or reserved: no peer can be reached there");
}

Answered<Place> readPlace(const Object& object)
{
    Place place;
    const auto text = textField(object, "ip");
    const auto tcp = portField(object, "tcp_port");
    const auto udp = portField(object, "udp_port");
    if (!text)
        return tl::unexpected(text.error());
    if (!tcp || !udp)
        return tl::unexpected(tcp ? udp.error() : tcp.error());
    place.tcp = *tcp;
    place.udp = *udp;
    if (!*text)
        return place;
    const auto ip = node::IpAddress::parse(**text);
    if (!ip)
        return refuse(422, "ip: " + ip.error().message);
    if (auto reachable = checkReach(*ip); !reachable)
        return tl::unexpected(reachable.error());
    place.ip = *ip;
    return place;
}

/// For credentials that say nothing of the place: the fields do.
Answered<node::NodeEndpoint> requiredPlace(const Object& object)
{
    const auto place = readPlace(object);
    if (!place)
        return tl::unexpected(place.error());
    if (!place->ip)
        return refuse(422, "ip is missing: the address where the peer is reached");
    const std::uint16_t tcp = place->tcp.value_or(defaultPort);
    return node::NodeEndpoint{*place->ip, place->udp.value_or(tcp), tcp};
}

/// For credentials that carry the place: fields beside them may repeat it and not contradict it.
Answered<void> checkRepeats(const Object& object, const std::vector<node::NodeEndpoint>& endpoints,
                            const std::string& source)
{
    const auto place = readPlace(object);
    if (!place)
        return tl::unexpected(place.error());
    const auto agrees = [&place](const node::NodeEndpoint& endpoint) {
        return place->ip.value_or(endpoint.ip) == endpoint.ip &&
               place->tcp.value_or(endpoint.tcp) == endpoint.tcp &&
               place->udp.value_or(endpoint.udp) == endpoint.udp;
    };
    if (std::ranges::any_of(endpoints, agrees))
        return {};
    return refuse(422, "ip, tcp_port or udp_port contradict the " + source + ": leave them out");
}

/// Overwrites what the call before left on the stack. Whether that is anything depends on compiler and curve
/// library: with those of Debian 13 it is.
[[gnu::noinline]] void wipeStack() noexcept
{
    std::array<Byte, stackToWipe> used;
    secureWipe(used);
}

[[gnu::noinline]] Result<node::PublicKey> derive(const SecretText& secret)
{
    auto key = node::SecretKey::fromHex(secret.view());
    if (!key)
        return failure(key.error());
    return key->publicKey();
}

Answered<registry::Peer> fromSecretKey(const Object& object, ScannedJson& scanned)
{
    if (!scanned.secretIsText)
        return refuse(422, "secret_key must be a string");
    const bool tooLong = scanned.secret.overflowed();
    const auto key = derive(scanned.secret);
    scanned.secret.wipe();
    wipeStack();
    if (tooLong || !key)
        return refuse(400, "secret_key must be 64 hex digits, with or without 0x, and a number that is a "
                           "secp256k1 key");
    const auto endpoint = requiredPlace(object);
    if (!endpoint)
        return tl::unexpected(endpoint.error());
    return registry::Peer::at(*key, *endpoint);
}

Answered<registry::Peer> fromId(const Object& object)
{
    const auto text = textField(object, "id");
    if (!text)
        return tl::unexpected(text.error());
    const auto key = node::PublicKey::fromHex(**text);
    if (!key)
        return refuse(400, "id: " + key.error().message);
    const auto endpoint = requiredPlace(object);
    if (!endpoint)
        return tl::unexpected(endpoint.error());
    return registry::Peer::at(*key, *endpoint);
}

Answered<registry::Peer> fromEnode(const Object& object)
{
    const auto text = textField(object, "enode");
    if (!text)
        return tl::unexpected(text.error());
    const auto enode = node::Enode::parse(**text);
    if (!enode)
        return refuse(400, "enode: " + enode.error().message);
    if (auto reachable = checkReach(enode->endpoint.ip); !reachable)
        return tl::unexpected(reachable.error());
    if (auto repeats = checkRepeats(object, {enode->endpoint}, "enode"); !repeats)
        return tl::unexpected(repeats.error());
    return registry::Peer::at(enode->key, enode->endpoint);
}

Answered<registry::Peer> fromEnr(const Object& object)
{
    const auto text = textField(object, "enr");
    if (!text)
        return tl::unexpected(text.error());
    const auto enr = node::Enr::parse(**text);
    if (!enr)
        return refuse(400, "enr: " + enr.error().message);
    std::vector<node::NodeEndpoint> endpoints;
    for (const auto& endpoint : {enr->endpointV4(), enr->endpointV6()})
        if (endpoint && endpoint->udp != 0)
            endpoints.push_back(*endpoint);
    if (endpoints.empty())
        return refuse(422, "enr: the record has no ip with udp (or ip6 with udp6)");
    for (const auto& endpoint : endpoints)
        if (auto reachable = checkReach(endpoint.ip); !reachable)
            return tl::unexpected(reachable.error());
    if (auto repeats = checkRepeats(object, endpoints, "enr"); !repeats)
        return tl::unexpected(repeats.error());
    auto peer = registry::Peer::at(enr->key(), endpoints.front());
    for (std::size_t i = 1; i < endpoints.size(); ++i)
        std::ranges::copy(registry::Peer::at(enr->key(), endpoints[i]).addresses,
                          std::back_inserter(peer.addresses));
    peer.enr = *enr;
    return peer;
}

Answered<std::string_view> chooseCredential(const ScannedJson& scanned)
{
    std::vector<std::string_view> given;
    for (const std::string_view name : credentials)
        if (std::ranges::find(scanned.keys, name) != scanned.keys.end())
            given.push_back(name);
    if (given.empty())
        return refuse(422, "say who the peer is: one of secret_key, enr, enode or id is needed");
    if (given.size() > 1)
        return refuse(400, std::string(given[0]) + " and " + std::string(given[1]) +
                               " both say who the peer is: send one of them");
    return given.front();
}

Answered<registry::Peer> readPeer(const Object& object, std::string_view credential, ScannedJson& scanned)
{
    if (credential == "secret_key")
        return fromSecretKey(object, scanned);
    if (credential == "enr")
        return fromEnr(object);
    if (credential == "enode")
        return fromEnode(object);
    return fromId(object);
}

} // namespace

Answered<Registration> readRegistration(std::string_view body, bool secretKeys)
{
    if (body.empty())
        return refuse(400, "the body is empty: send a JSON object with Content-Length or chunked");
    SecretBuffer text(body);
    auto scanned = scanJson(text.writable());
    if (!scanned)
        return tl::unexpected(scanned.error());
    if (!scanned->isObject)
        return refuse(422, "the body must be a JSON object");
    const auto credential = chooseCredential(*scanned);
    if (!credential)
        return tl::unexpected(credential.error());
    if (scanned->hasSecret && !secretKeys)
        return refuse(403,
                      "no secret key is taken over this connection (http-api.secret-keys): register with "
                      "{\"enr\": \"enr:...\"} instead, and with another key where others could see this one",
                      "secret-key");
    const auto object = parseObject(text.view());
    if (!object)
        return tl::unexpected(object.error());
    auto peer = readPeer(**object, *credential, *scanned);
    if (!peer)
        return tl::unexpected(peer.error());
    const auto ttl = ttlField(**object);
    auto labels = labelsField(**object);
    if (!ttl)
        return tl::unexpected(ttl.error());
    if (!labels)
        return tl::unexpected(std::move(labels.error()));
    peer->labels = std::move(*labels);
    if (const auto checked = registry::checkPeer(*peer); !checked)
        return refuse(422, checked.error().message);
    return Registration{std::move(*peer), *ttl};
}

Answered<std::optional<std::chrono::seconds>> readRenewal(std::string_view body)
{
    if (body.empty())
        return std::nullopt;
    // Somebody may have sent what belongs into a registration.
    SecretBuffer text(body);
    const auto scanned = scanJson(text.writable());
    if (!scanned)
        return tl::unexpected(scanned.error());
    if (!scanned->isObject)
        return refuse(422, "the body must be a JSON object, or empty");
    const auto object = parseObject(text.view());
    if (!object)
        return tl::unexpected(object.error());
    return ttlField(**object);
}

} // namespace waymark::httpapi

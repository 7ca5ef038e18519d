#include "json/PeerJson.h"

#include "json/Utf8.h"

#include <waymark/node/Enode.h>

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/NumberFormatter.h>
#include <Poco/Timestamp.h>

#include <algorithm>
#include <chrono>

namespace waymark::httpapi
{

void appendPeer(std::string& out, const node::PublicKey& key, const node::NodeEndpoint& endpoint)
{
    const std::string id = key.hex();
    out += R"({"id":"0x)" + id + R"(","ip":")" + endpoint.ip.toString() + R"(","tcp_port":)" +
           std::to_string(endpoint.tcp) + R"(,"udp_port":)" + std::to_string(endpoint.udp) + R"(,"enode":")" +
           node::Enode{key, endpoint}.toString() + "\"}";
}

namespace
{

constexpr int roundTripDecimals = 3; // of a millisecond

void appendPlace(std::string& out, const registry::Peer& peer)
{
    const auto key = peer.id.publicKey();
    const auto endpoint = peer.endpoint();
    if (key && endpoint) {
        appendPeer(out, *key, *endpoint);
        return;
    }
    const auto port = [&peer](registry::Transport transport) -> std::string {
        const auto found = std::ranges::find(peer.addresses, transport, &registry::PeerAddress::transport);
        return found == peer.addresses.end() ? "null" : std::to_string(found->port);
    };
    out += R"({"id":)" + jsonQuoted(peer.id.toString()) + R"(,"ip":)" +
           (peer.addresses.empty() ? "null" : jsonQuoted(peer.addresses.front().host)) + R"(,"tcp_port":)" +
           port(registry::Transport::tcp) + R"(,"udp_port":)" + port(registry::Transport::udp) +
           R"(,"enode":null})";
}

/// In UTC with whole seconds (RFC 3339), rounded down, in quotes; null for nothing.
std::string timeJson(const std::optional<WallTime>& time)
{
    if (!time)
        return "null";
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time->time_since_epoch());
    return '"' +
           Poco::DateTimeFormatter::format(Poco::Timestamp::fromEpochTime(seconds.count()),
                                           Poco::DateTimeFormat::ISO8601_FORMAT) +
           '"';
}

void appendLiveness(std::string& out, const std::optional<discovery::PeerLiveness>& liveness)
{
    if (!liveness) {
        out += R"(,"liveness":null,"last_pong":null,"rtt_ms":null)";
        return;
    }
    using Milliseconds = std::chrono::duration<double, std::milli>;
    out += R"(,"liveness":")" + std::string(toString(liveness->state)) + R"(","last_pong":)" +
           timeJson(liveness->lastPong) + R"(,"rtt_ms":)" +
           (liveness->roundTrip
                ? Poco::NumberFormatter::format(Milliseconds(*liveness->roundTrip).count(), roundTripDecimals)
                : "null");
}

void appendOrigins(std::string& out, const std::vector<std::string>& origins)
{
    out += R"(,"origins":[)";
    for (const std::string& origin : origins)
        out += (&origin == &origins.front() ? "" : ",") + jsonQuoted(origin);
    out += ']';
}

void appendContent(std::string& out, const registry::Peer& peer)
{
    out += R"(,"labels":{)";
    bool first = true;
    for (const auto& [name, value] : peer.labels) {
        out += (first ? "" : ",") + jsonQuoted(name) + ':' + jsonQuoted(value);
        first = false;
    }
    out += R"(},"enr":)" + (peer.enr ? '"' + peer.enr->toString() + '"' : "null");
}

} // namespace

void appendPeer(std::string& out, const registry::Peer& peer)
{
    appendPlace(out, peer);
    out.pop_back();
    appendContent(out, peer);
    out += '}';
}

void appendPeer(std::string& out, const registry::Peer& peer, const PeerStanding& standing)
{
    appendPlace(out, peer);
    out.pop_back();
    out += R"(,"expires_at":)" + expiryJson(standing.lease);
    appendLiveness(out, standing.liveness);
    appendOrigins(out, standing.origins);
    appendContent(out, peer);
    out += R"(,"revision":")" + standing.revision.toString() + "\"}";
}

std::string expiryJson(const registry::Lease& lease)
{
    return timeJson(lease.end());
}

} // namespace waymark::httpapi

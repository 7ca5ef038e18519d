#include "json/PeerJson.h"

#include "json/Utf8.h"

#include <waymark/node/Enode.h>

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
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

} // namespace

void appendPeer(std::string& out, const registry::Peer& peer, const registry::Lease& lease)
{
    appendPlace(out, peer);
    out.pop_back();
    out += R"(,"expires_at":)" + expiryJson(lease) + '}';
}

std::string expiryJson(const registry::Lease& lease)
{
    const auto end = lease.end();
    if (!end)
        return "null";
    const auto seconds = std::chrono::floor<std::chrono::seconds>(end->time_since_epoch());
    return '"' +
           Poco::DateTimeFormatter::format(Poco::Timestamp::fromEpochTime(seconds.count()),
                                           Poco::DateTimeFormat::ISO8601_FORMAT) +
           '"';
}

} // namespace waymark::httpapi

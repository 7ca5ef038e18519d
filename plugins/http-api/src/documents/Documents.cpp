#include "documents/Documents.h"

#include "json/Utf8.h"

#include <waymark/node/Enode.h>

#include <vector>

namespace waymark::httpapi
{

namespace
{

constexpr std::string_view bootnodeType = "bootnode";

std::string quoted(const std::string& text)
{
    return '"' + text + '"';
}

std::string arrayOf(const std::vector<std::string>& elements)
{
    std::string text = "[";
    for (const std::string& element : elements)
        text += (&element == &elements.front() ? "" : ",") + element;
    return text + ']';
}

std::string enodeOf(const Dialable& peer)
{
    return node::Enode{peer.key, peer.endpoint}.toString();
}

std::string tcpAddress(const Dialable& peer)
{
    return node::Endpoint{peer.endpoint.ip, peer.endpoint.tcp}.toString();
}

std::optional<std::string> ownEnode(const Snapshot& snapshot)
{
    if (snapshot.advertised.empty())
        return std::nullopt;
    return node::Enode::advertised(snapshot.key, snapshot.advertised.front()).toString();
}

} // namespace

std::string bootstrapDocument(const Snapshot& snapshot, std::uint64_t nodeId)
{
    std::vector<std::string> addresses;
    for (const auto& endpoint : snapshot.advertised)
        addresses.push_back(quoted(endpoint.udpEndpoint().toString()));
    const auto enode = ownEnode(snapshot);
    return R"({"node_id":)" + std::to_string(nodeId) + R"(,"p2p_node_id":")" + snapshot.key.hex() +
           R"(","p2p_addresses":)" + arrayOf(addresses) + R"(,"p2p_relay_url":null,"enr":)" +
           quoted(snapshot.record->toString()) + R"(,"enode":)" + (enode ? quoted(*enode) : "null") + '}';
}

std::string enodeDocument(const Snapshot& snapshot)
{
    const auto enode = ownEnode(snapshot);
    return enode ? *enode + '\n' : std::string();
}

std::string enrDocument(const Snapshot& snapshot)
{
    return snapshot.record->toString() + '\n';
}

std::string bootnodesDocument(const Snapshot& snapshot, std::uint64_t chainId)
{
    std::vector<std::string> nodes;
    if (const auto enode = ownEnode(snapshot))
        nodes.push_back(quoted(*enode));
    for (const Dialable& peer : snapshot.peers)
        if (peer.label("nodeType") == bootnodeType)
            nodes.push_back(quoted(enodeOf(peer)));
    return "{\"" + std::to_string(chainId) + "\":" + arrayOf(nodes) + '}';
}

std::string staticNodesDocument(const Snapshot& snapshot)
{
    std::vector<std::string> nodes;
    for (const Dialable& peer : snapshot.peers)
        nodes.push_back(quoted(enodeOf(peer)));
    return arrayOf(nodes);
}

std::string peersDocument(const Snapshot& snapshot)
{
    std::vector<std::string> entries;
    for (const Dialable& peer : snapshot.peers) {
        const std::string name = peer.label("name");
        entries.push_back(R"({"name":)" + jsonQuoted(name.empty() ? "0x" + peer.key.hex() : name) +
                          R"(,"namespace":)" + jsonQuoted(peer.label("namespace")) + R"(,"nodeType":)" +
                          jsonQuoted(peer.label("nodeType")) + R"(,"ip":")" + peer.endpoint.ip.toString() +
                          R"(","port":)" + std::to_string(peer.endpoint.tcp) + R"(,"peerString":")" +
                          tcpAddress(peer) + "\"}");
    }
    return arrayOf(entries);
}

std::string peerListDocument(const Snapshot& snapshot)
{
    std::string lines;
    for (const Dialable& peer : snapshot.peers)
        lines += tcpAddress(peer) + '\n';
    return lines;
}

std::string peerCountDocument(const Snapshot& snapshot)
{
    return std::to_string(snapshot.peers.size()) + '\n';
}

} // namespace waymark::httpapi

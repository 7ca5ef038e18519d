#include "commands/probe/Check.h"
#include "commands/probe/Session.h"

#include <waymark/node/Enr.h>

#include <algorithm>
#include <set>

/// What answers have in them.
namespace waymark::discv4::probe
{

namespace
{

constexpr const char* neighborsSection = "discv4, Neighbors Packet (0x04)";
constexpr const char* responseSection = "discv4, ENRResponse Packet (0x06)";
constexpr const char* pongSection = "discv4, Pong Packet (0x02)";
constexpr std::size_t k = 16;

using Answers = std::vector<Session::Answer>;
using Judge = std::function<Finding(const Answers&)>;

Finding ofNeighbors(Session& session, const Judge& judge)
{
    const auto& answers = session.neighbors();
    if (answers.empty())
        return skip("no NEIGHBORS came");
    return judge(answers);
}

/// Each node that was told of; the first complaint counts.
Finding ofEach(Session& session, const std::function<std::string(const wire::Neighbor&)>& complaint)
{
    return ofNeighbors(session, [&](const Answers& answers) {
        std::size_t told = 0;
        for (const auto& answer : answers)
            for (const wire::Neighbor& node : answer.nodes) {
                ++told;
                if (const std::string text = complaint(node); !text.empty())
                    return fail(node.key.hex().substr(0, 16) + "... at " +
                                node.endpoint.udpEndpoint().toString() + ": " + text);
            }
        return told == 0 ? skip("it told of nobody") : pass(std::to_string(told) + " nodes");
    });
}

Finding sizes(Session& session)
{
    return ofNeighbors(session, [](const Answers& answers) {
        std::size_t largest = 0;
        std::size_t packets = 0;
        for (const auto& answer : answers)
            for (const Heard& each : answer.packets) {
                largest = std::max(largest, each.bytes.size());
                ++packets;
            }
        const std::string text =
            std::to_string(packets) + " packets, the largest of " + std::to_string(largest) + " bytes";
        return largest <= wire::maximumPacket ? pass(text) : fail(text);
    });
}

Finding counts(Session& session)
{
    return ofNeighbors(session, [](const Answers& answers) {
        std::size_t most = 0;
        for (const auto& answer : answers)
            most = std::max(most, answer.nodes.size());
        const std::string text = "at most " + std::to_string(most) + " nodes in one answer";
        return most <= k ? pass(text) : fail(text);
    });
}

Finding once(Session& session)
{
    return ofNeighbors(session, [](const Answers& answers) {
        for (const auto& answer : answers) {
            std::set<node::PublicKey> keys;
            for (const wire::Neighbor& node : answer.nodes)
                if (!keys.insert(node.key).second)
                    return fail(node.key.hex().substr(0, 16) + "... is in one answer twice");
        }
        return pass("nobody is in one answer twice");
    });
}

Finding addresses(Session& session)
{
    const auto asker = session.control().endpoint().ip.scope();
    return ofEach(session, [&](const wire::Neighbor& node) -> std::string {
        if (node.endpoint.ip.isUnspecified())
            return "an unspecified address";
        switch (node.endpoint.ip.scope()) {
        case node::IpScope::special:
            return "an address of no host: multicast, reserved or for documentation";
        case node::IpScope::loopback:
            return asker == node::IpScope::loopback ? "" : "a loopback address, told to somebody elsewhere";
        case node::IpScope::lan:
            return asker == node::IpScope::global && !session.isOnLoopback()
                       ? "an address of a local network, told to somebody outside"
                       : "";
        case node::IpScope::global:
            break;
        }
        return "";
    });
}

Finding ports(Session& session)
{
    return ofEach(session, [](const wire::Neighbor& node) -> std::string {
        return node.endpoint.udp == 0 ? "UDP port 0, at which nobody can be asked" : "";
    });
}

Finding keys(Session& session)
{
    return ofEach(session, [](const wire::Neighbor& node) -> std::string {
        return node.key.isOnCurve() ? "" : "its id is no point of the curve";
    });
}

using RecordJudge = std::function<Finding(const Session::RecordAnswer&, const wire::EnrResponse&)>;

Finding ofRecord(Session& session, const RecordJudge& judge)
{
    const auto& answer = session.record();
    if (!answer)
        return skip("no ENRRESPONSE came");
    return judge(*answer, *answer->response.as<wire::EnrResponse>());
}

Finding ofGoodRecord(Session& session, const std::function<Finding(const node::Enr&)>& judge)
{
    return ofRecord(session, [&](const auto&, const wire::EnrResponse& response) {
        const auto record = node::Enr::decode(response.record);
        return record ? judge(*record) : skip("the record is none");
    });
}

Finding requestHash(Session& session)
{
    return ofRecord(session, [](const Session::RecordAnswer& answer, const wire::EnrResponse& response) {
        return std::ranges::find(answer.requests, response.requestHash) != answer.requests.end()
                   ? pass("the hash of the request")
                   : fail("it has the hash " + toHex(response.requestHash) + ", and the request " +
                          toHex(answer.requests.back()));
    });
}

Finding recordSignature(Session& session)
{
    return ofRecord(session, [](const auto&, const wire::EnrResponse& response) {
        const auto record = node::Enr::decode(response.record);
        return record ? pass(std::to_string(response.record.size()) + " bytes, signature good")
                      : fail(record.error().message);
    });
}

Finding recordId(Session& session)
{
    return ofGoodRecord(session, [&](const node::Enr& record) {
        return record.key() == session.target().key
                   ? pass("the node's own")
                   : fail("it is the record of " + record.key().hex().substr(0, 16) + "...");
    });
}

std::optional<std::uint64_t> announcedSeq(Session& session)
{
    return session.firstPong()->as<wire::Pong>()->enrSeq;
}

Finding recordSeq(Session& session)
{
    return ofGoodRecord(session, [&](const node::Enr& record) {
        const auto announced = announcedSeq(session);
        const std::string seq = "seq " + std::to_string(record.seq());
        if (!announced)
            return skip(seq + ", and the PONG announced none");
        if (record.seq() < *announced)
            return fail(seq + " is lower than the " + std::to_string(*announced) +
                        " that its PONG announced");
        return pass(seq);
    });
}

Finding pongHash(Session& session)
{
    const auto& pong = *session.firstPong()->as<wire::Pong>();
    return session.answersFirstPings(pong) ? pass("the hash of the PING") : fail(toHex(pong.pingHash));
}

Finding pongTo(Session& session)
{
    const auto told = session.firstPong()->as<wire::Pong>()->to.udpEndpoint();
    const auto& real = session.control().endpoint();
    if (told == real)
        return pass(told.toString());
    const auto scope = real.ip.scope();
    if (scope != node::IpScope::loopback && scope != node::IpScope::global)
        return skip("it saw " + told.toString() +
                    "; what this machine is outside of its own network is not known");
    return fail("it says " + told.toString() + ", and the PING came from " + real.toString());
}

Finding pongSource(Session& session)
{
    const auto& from = session.firstPong()->from;
    return from == session.target().endpoint.udpEndpoint()
               ? pass(from.toString())
               : fail("it came from " + from.toString() + ", which was not asked");
}

Finding pongSeq(Session& session)
{
    const auto seq = announcedSeq(session);
    return seq ? pass("enr-seq " + std::to_string(*seq)) : skip("none; it is optional");
}

Finding alive(Session& session)
{
    return session.isAlive() ? pass("PING is answered") : fail("no PONG, three times");
}

Finding stillServes(Session& session)
{
    const auto party = session.bonded();
    if (!party)
        return fail("a newcomer's PING is not answered any more");
    const auto answer = session.ask(
        *party, [&] { return party->packetOf(wire::FindNode{session.randomTarget(), party->soon()}); },
        [](const Heard& heard, const auto&) { return heard.is(wire::PacketType::neighbors); });
    return answer ? pass("a newcomer's FINDNODE is answered") : fail("no NEIGHBORS, three times");
}

} // namespace

std::vector<Check> neighborsChecks()
{
    return {
        {"neighbors.size", "discv4, Wire Protocol", "The maximum size of any packet is 1280 bytes.", sizes},
        {"neighbors.count", "discv4, FindNode Packet (0x03)",
         "The reply has the closest 16 nodes, in several packets where they do not fit one.", counts},
        {"neighbors.once", neighborsSection, "Each node is told of once.", once},
        {"neighbors.addresses", neighborsSection,
         "Only addresses that the recipient may reach are of use: no unspecified and no special ones, those "
         "of "
         "loopback and of local networks only there.",
         addresses},
        {"neighbors.ports", neighborsSection, "A node has a UDP port at which it is found.", ports},
        {"neighbors.keys", neighborsSection, "node-id is the secp256k1 public key of the node.", keys},
    };
}

std::vector<Check> enrChecks()
{
    return {
        {"enr.request-hash", responseSection,
         "request-hash is the hash of the entire ENRRequest packet being replied to.", requestHash},
        {"enr.signature", "EIP-778", "A record is signed, sorted, canonical RLP of at most 300 bytes.",
         recordSignature},
        {"enr.id", responseSection,
         "The recipient should verify that the node record is signed by the public key which signed the "
         "response "
         "packet.",
         recordId},
        {"enr.seq", "discv4, Pong Packet (0x02)",
         "enr-seq is the current ENR sequence number of the sender: its record has no lower one.", recordSeq},
    };
}

std::vector<Check> pongChecks()
{
    return {
        {"pong.ping-hash", pongSection, "ping-hash should be equal to hash of the corresponding ping packet.",
         pongHash},
        {"pong.to", pongSection, "`to` is the endpoint that the Ping came from.", pongTo},
        {"pong.source", pongSection, "The answer comes from the endpoint that was asked.", pongSource},
        {"pong.enr-seq", "EIP-868", "The enr-seq field is the current ENR sequence number of the sender.",
         pongSeq},
    };
}

std::vector<Check> livenessChecks()
{
    return {
        {"liveness.ping", pongSection, "After all that a node that it knows is still answered.", alive},
        {"liveness.newcomer", "discv4, Endpoint Proof",
         "After all that newcomers still prove themselves and are "
         "answered.",
         stillServes},
    };
}

} // namespace waymark::discv4::probe

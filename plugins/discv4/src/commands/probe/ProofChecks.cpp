#include "commands/probe/Check.h"
#include "commands/probe/Session.h"

namespace waymark::discv4::probe
{

namespace
{

constexpr const char* proofSection = "discv4, Endpoint Proof";
constexpr const char* findNodeSection = "discv4, FindNode Packet (0x03)";
constexpr const char* requestSection = "discv4, ENRRequest Packet (0x05)";
constexpr const char* findNodeSays =
    "Neighbors replies should only be sent if the sender of FindNode has been verified by the endpoint proof "
    "procedure.";
constexpr const char* requestSays =
    "To guard against amplification attacks, the sender of ENRRequest should have replied to a ping packet "
    "recently.";
constexpr const char* proofSays = "The sender of a packet is considered verified if it has sent a valid Pong "
                                  "response with matching ping hash.";

Session::Make findNode(Session& session, Party& party)
{
    return [&] {
        return party.packetOf(wire::FindNode{session.randomTarget(), party.soon()});
    };
}

Session::Make enrRequest(Party& party)
{
    return [&] {
        return party.packetOf(wire::EnrRequest{party.soon()});
    };
}

Finding pingAnswered(Session& session)
{
    const auto party = session.stranger();
    return session.mustAnswer(*party, [&] { return party->packetOf(party->goodPing()); });
}

Finding pingBack(Session& session)
{
    if (session.pingedBack())
        return pass("a stranger's PING is answered with one");
    return fail("no PING came back to a stranger that pinged, three times");
}

Finding findNodeUnproven(Session& session)
{
    const auto party = session.stranger();
    return session.mustBeSilent(*party, findNode(session, *party), isPing);
}

Finding requestUnproven(Session& session)
{
    const auto party = session.stranger();
    return session.mustBeSilent(*party, enrRequest(*party), isPing);
}

/// Its PING was answered, the one that came back was not.
Finding findNodeAfterPing(Session& session)
{
    const auto party = session.stranger();
    const auto pinged = session.mustAnswer(*party, [&] { return party->packetOf(party->goodPing()); });
    if (pinged.verdict != Verdict::pass)
        return skip("its PING was not answered");
    return session.mustBeSilent(*party, findNode(session, *party), isPing);
}

Finding wrongPongHash(Session& session)
{
    const auto pinged = session.pingedBack();
    if (!pinged)
        return skip("no PING came back that could be answered");
    const auto& party = pinged->party;
    session.pace();
    party->send(wire::Pong{{}, node::Hash256{}, party->soon(), {}});
    return session.mustBeSilent(*party, findNode(session, *party), isPing);
}

Finding pongOfAnother(Session& session)
{
    const auto pinged = session.pingedBack();
    if (!pinged)
        return skip("no PING came back that could be answered");
    const auto& party = pinged->party;
    const auto other = session.stranger();
    session.pace();
    other->send(wire::Pong{{}, pinged->hash, other->soon(), {}});
    Finding ofOther = session.mustBeSilent(*other, findNode(session, *other), isPing);
    if (ofOther.verdict != Verdict::pass)
        return ofOther;
    return session.mustBeSilent(*party, findNode(session, *party), isPing);
}

Finding findNodeProven(Session& session)
{
    const auto party = session.bonded();
    if (!party)
        return fail("its PING was not answered, three times");
    const auto answer = session.ask(*party, findNode(session, *party), [](const Heard& heard, const auto&) {
        return heard.is(wire::PacketType::neighbors);
    });
    if (!answer)
        return fail("no NEIGHBORS came, three times");
    return pass("answered with " + answer->toString());
}

Finding requestProven(Session& session)
{
    const auto& record = session.record();
    if (!record)
        return fail("no ENRRESPONSE came, three times");
    return pass("answered with " + record->response.toString());
}

} // namespace

std::vector<Check> proofChecks()
{
    return {
        {"proof.ping-answered", "discv4, Ping Packet (0x01)",
         "When a ping packet is received, the recipient should reply with a Pong packet.", pingAnswered},
        {"proof.ping-back", "discv4, Ping Packet (0x01)",
         "If no communication with the sender of the ping has occurred within the last 12h, a ping should be "
         "sent "
         "in addition to pong in order to receive an endpoint proof.",
         pingBack},
        {"proof.findnode-unproven", findNodeSection, findNodeSays, findNodeUnproven},
        {"proof.enrrequest-unproven", requestSection, requestSays, requestUnproven},
        {"proof.findnode-after-ping", findNodeSection, findNodeSays, findNodeAfterPing},
        {"proof.wrong-pong-hash", proofSection, proofSays, wrongPongHash},
        {"proof.pong-of-another", proofSection, proofSays, pongOfAnother},
        {"proof.findnode-proven", findNodeSection,
         "When FindNode is received, the recipient should reply with Neighbors packets containing the "
         "closest 16 "
         "nodes to target found in its local table.",
         findNodeProven},
        {"proof.enrrequest-proven", requestSection,
         "When a packet of this type is received, the node should reply with an ENRResponse packet "
         "containing the "
         "current version of its node record.",
         requestProven},
    };
}

} // namespace waymark::discv4::probe

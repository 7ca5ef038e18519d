#include "commands/probe/Check.h"
#include "commands/probe/Session.h"

namespace waymark::discv4::probe
{

namespace
{

/// Of no host (RFC 5737).
const node::NodeEndpoint elsewhere{node::IpAddress::v4(192, 0, 2, 1), 1, 2};

constexpr const char* pingSection = "discv4, Ping Packet (0x01)";
constexpr const char* proofSection = "discv4, Endpoint Proof";
constexpr const char* proofSays =
    "A proof is of a node at an IP address: whoever claims a proven id from another "
    "address has proven nothing, and geth's own suite expects silence.";
constexpr const char* noSecond =
    "there is no second address; --second-address names one of this machine from which the node is reached";

Finding wrongFrom(Session& session)
{
    const auto party = session.stranger();
    return session.mustAnswer(*party, [&] {
        auto ping = party->goodPing();
        ping.from = elsewhere;
        return party->packetOf(ping);
    });
}

Finding wrongTo(Session& session)
{
    const auto party = session.stranger();
    return session.mustAnswer(*party, [&] {
        auto ping = party->goodPing();
        ping.to = elsewhere;
        return party->packetOf(ping);
    });
}

/// `from` names somebody else's socket: nothing may come there.
Finding forgedFrom(Session& session)
{
    const auto victim = session.stranger();
    const auto party = session.stranger();
    Finding answered = session.mustAnswer(*party, [&] {
        auto ping = party->goodPing();
        ping.from = {victim->endpoint().ip, victim->endpoint().port, victim->endpoint().port};
        return party->packetOf(ping);
    });
    if (answered.verdict != Verdict::pass)
        return answered;
    const auto heard = session.listen(*victim, session.options().silence);
    if (!heard.empty())
        return fail(heard.front().toString() + " went to the endpoint in `from`, which did not ask");
    return pass("all answers went to the sender's real address");
}

Finding secondAddress(Session& session, const std::function<Bytes(Party&)>& question)
{
    if (!session.secondAddress())
        return skip(noSecond);
    const auto twins = session.twins();
    if (!session.bond(*twins.first).ponged)
        return skip("its PING was not answered");
    Finding silent = session.mustBeSilent(*twins.second, [&] { return question(*twins.second); }, isPing);
    if (silent.verdict != Verdict::pass)
        return silent;
    const auto heard = session.listen(*twins.first, Duration::zero());
    for (const Heard& each : heard)
        if (each.is(wire::PacketType::neighbors) || each.is(wire::PacketType::enrResponse))
            return fail(each.toString() + " went to the proven address, which did not ask");
    return silent;
}

Finding findNodeFromSecond(Session& session)
{
    return secondAddress(session, [&](Party& party) {
        return party.packetOf(wire::FindNode{session.randomTarget(), party.soon()});
    });
}

Finding requestFromSecond(Session& session)
{
    return secondAddress(session,
                         [](Party& party) { return party.packetOf(wire::EnrRequest{party.soon()}); });
}

Finding firstStaysProven(Session& session)
{
    if (!session.secondAddress())
        return skip(noSecond);
    const auto twins = session.twins();
    if (!session.bond(*twins.first).ponged)
        return skip("its PING was not answered");
    // A forger may send PINGs in its name, and cannot answer.
    for (int i = 0; i < 3; ++i) {
        session.pace();
        twins.second->send(twins.second->goodPing());
    }
    const auto answer = session.ask(
        *twins.first,
        [&] { return twins.first->packetOf(wire::FindNode{session.randomTarget(), twins.first->soon()}); },
        [](const Heard& heard, const auto&) { return heard.is(wire::PacketType::neighbors); });
    if (!answer)
        return fail("PINGs in its name from another address took its proof away: no NEIGHBORS, three times");
    return pass("still answered with " + answer->toString());
}

} // namespace

std::vector<Check> endpointChecks()
{
    return {
        {"endpoint.wrong-from", pingSection,
         "The Pong goes to the address that the Ping came from, whatever `from` says.", wrongFrom},
        {"endpoint.wrong-to", pingSection, "What `to` says decides nothing: senders may be wrong about it.",
         wrongTo},
        {"endpoint.forged-from", proofSection,
         "Nothing is sent to an endpoint that only a packet's content names.", forgedFrom},
        {"endpoint.second-ip-findnode", proofSection, proofSays, findNodeFromSecond},
        {"endpoint.second-ip-enrrequest", proofSection, proofSays, requestFromSecond},
        {"endpoint.first-ip-stays", proofSection,
         "A verified sender stays verified, whatever others send in its name.", firstStaysProven},
    };
}

} // namespace waymark::discv4::probe

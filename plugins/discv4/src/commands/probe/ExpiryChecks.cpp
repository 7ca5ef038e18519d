#include "commands/probe/Check.h"
#include "commands/probe/Session.h"

#include <utility>

namespace waymark::discv4::probe
{

namespace
{

constexpr const char* pingSection = "discv4, Ping Packet (0x01)";
constexpr const char* says =
    "Packets containing a time stamp that lies in the past are expired and may not be "
    "processed.";
constexpr const char* signedSays =
    "Packets containing a time stamp that lies in the past are expired; deployed nodes read it as a signed "
    "number, so that 2^63 and above lie in the past.";
constexpr std::uint64_t farFuture = std::uint64_t{1} << 63U;
constexpr std::uint64_t longAgo = 140; ///< before what would be in time

/// Two minutes ago: more than clocks are apart.
std::uint64_t past(Party& party)
{
    return party.soon() - longAgo;
}

Session::Make pingExpiring(Party& party, const std::function<std::uint64_t()>& at)
{
    return [&party, at] {
        auto ping = party.goodPing();
        ping.expiration = at();
        return party.packetOf(ping);
    };
}

Finding pingPast(Session& session)
{
    const auto party = session.stranger();
    return session.mustBeSilent(*party, pingExpiring(*party, [&] { return past(*party); }));
}

Finding pingNever(Session& session)
{
    const auto party = session.stranger();
    std::uint64_t time = 0;
    return session.mustBeSilent(*party, pingExpiring(*party, [&] { return time++; }));
}

Finding pingFarFuture(Session& session)
{
    const auto party = session.stranger();
    // 2^63 and a bit, and what an unsigned subtraction would make of the past.
    bool isSecond = false;
    return session.mustBeSilent(*party, pingExpiring(*party, [&] {
        return std::exchange(isSecond, true) ? std::uint64_t{0} - party->soon() : farFuture + party->soon();
    }));
}

Finding findNodePast(Session& session)
{
    const auto party = session.bonded();
    if (!party)
        return skip("its PING was not answered");
    return session.mustBeSilent(
        *party, [&] { return party->packetOf(wire::FindNode{session.randomTarget(), past(*party)}); },
        isPing);
}

Finding requestPast(Session& session)
{
    const auto party = session.bonded();
    if (!party)
        return skip("its PING was not answered");
    return session.mustBeSilent(
        *party, [&] { return party->packetOf(wire::EnrRequest{past(*party)}); }, isPing);
}

Finding pongPast(Session& session)
{
    const auto pinged = session.pingedBack();
    if (!pinged)
        return skip("no PING came back that could be answered");
    const auto& party = pinged->party;
    session.pace();
    party->send(wire::Pong{{}, pinged->hash, past(*party), {}});
    return session.mustBeSilent(
        *party, [&] { return party->packetOf(wire::FindNode{session.randomTarget(), party->soon()}); },
        isPing);
}

Finding answersInTime(Session& session)
{
    const Heard& pong = *session.firstPong();
    if (wire::isExpired(*pong.message, pong.at))
        return fail("the PONG had expired when it came");
    std::size_t packets = 1;
    for (const auto& answer : session.neighbors())
        for (const Heard& each : answer.packets) {
            ++packets;
            if (each.message && wire::isExpired(*each.message, each.at))
                return fail("a NEIGHBORS packet had expired when it came");
        }
    return pass(std::to_string(packets) + " answers came in time");
}

} // namespace

std::vector<Check> expiryChecks()
{
    return {
        {"expiry.ping-past", pingSection, says, pingPast},
        {"expiry.ping-zero", pingSection, says, pingNever},
        {"expiry.ping-far-future", pingSection, signedSays, pingFarFuture},
        {"expiry.findnode-past", "discv4, FindNode Packet (0x03)", says, findNodePast},
        {"expiry.enrrequest-past", "discv4, ENRRequest Packet (0x05)",
         "The expiration field should be handled as for all other existing packets, i.e. no reply should be "
         "sent "
         "if it refers to a time in the past.",
         requestPast},
        {"expiry.pong-past", "discv4, Pong Packet (0x02)", says, pongPast},
        {"expiry.answers", "discv4, Pong Packet (0x02)",
         "Answers carry an expiration, too, which must not have passed when they arrive.", answersInTime},
    };
}

} // namespace waymark::discv4::probe

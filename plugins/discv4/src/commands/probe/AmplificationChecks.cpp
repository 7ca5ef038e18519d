#include "commands/probe/Check.h"
#include "commands/probe/Session.h"

#include <waymark/node/Rlp.h>
#include <waymark/toolkit/Cell.h>

namespace waymark::discv4::probe
{

namespace
{

constexpr const char* section = "discv4, Endpoint Proof";
/// What QUIC allows towards an unproven address (RFC 9000, 8.1). A PING is answered with a PONG and a PING,
/// which make 2.3 with IPv4 and 2.6 with IPv6.
constexpr double largestRatio = 3.0;
constexpr std::size_t requests = 3;

struct Volume
{
    std::size_t in = 0;
    std::size_t out = 0;
    std::vector<Heard> heard;

    double ratio() const noexcept { return static_cast<double>(out) / static_cast<double>(in); }
    std::string toString() const
    {
        return toolkit::Cell::number(ratio(), 2).shown() + " bytes out for each byte in (" +
               std::to_string(out) + " for " + std::to_string(in) + ')';
    }
};

/// What a stranger that answers nothing gets for a few packets, for longer than one silence.
Volume volumeOf(Session& session, Party& party, const Session::Make& make)
{
    for (std::size_t i = 0; i < requests; ++i) {
        session.pace();
        party.sendRaw(make());
    }
    Volume volume;
    volume.heard = session.listen(party, 3 * session.options().silence);
    volume.in = party.bytesSent();
    for (const Heard& each : volume.heard)
        volume.out += each.bytes.size();
    return volume;
}

/// At most one packet of each kind for a request, and nothing else.
Finding judge(const Volume& volume, bool allowsPongs)
{
    const std::size_t pongs = count<wire::Pong>(volume.heard);
    const std::size_t pings = count<wire::Ping>(volume.heard);
    const std::string packets = std::to_string(pongs) + " PONG and " + std::to_string(pings) + " PING for " +
                                std::to_string(requests) + " packets";
    if (pongs + pings < volume.heard.size())
        for (const Heard& each : volume.heard)
            if (each.as<wire::Pong>() == nullptr && each.as<wire::Ping>() == nullptr)
                return fail("an unproven address got " + each.toString() + "; " + volume.toString());
    if (pongs > (allowsPongs ? requests : 0) || pings > requests)
        return fail(packets + "; " + volume.toString());
    if (volume.ratio() > largestRatio)
        return fail(volume.toString() + ", and 3 are the most");
    return pass(volume.toString());
}

Finding ofPing(Session& session)
{
    const auto party = session.stranger();
    return judge(volumeOf(session, *party, [&] { return party->packetOf(party->goodPing()); }), true);
}

/// The shortest that is a PING.
Finding ofShortestPing(Session& session)
{
    const auto party = session.stranger();
    return judge(
        volumeOf(session, *party, [&] { return party->packetOf(wire::Ping{{}, {}, party->soon(), {}}); }),
        true);
}

Finding ofFindNode(Session& session)
{
    const auto party = session.stranger();
    const auto volume = volumeOf(session, *party, [&] {
        return party->packetOf(wire::FindNode{session.randomTarget(), party->soon()});
    });
    return judge(volume, false);
}

Finding ofRequest(Session& session)
{
    const auto party = session.stranger();
    return judge(volumeOf(session, *party, [&] { return party->packetOf(wire::EnrRequest{party->soon()}); }),
                 false);
}

/// Answers to what nobody asked cause nothing.
Finding ofPong(Session& session)
{
    const auto party = session.stranger();
    return session.mustBeSilent(
        *party, [&] { return party->packetOf(wire::Pong{{}, node::Hash256{}, party->soon(), {}}); });
}

Finding ofNeighbors(Session& session)
{
    const auto party = session.stranger();
    const auto witness = session.stranger();
    const wire::Neighbor told{witness->key(), {witness->endpoint().ip, witness->endpoint().port, 0}};
    Finding finding = session.mustBeSilent(*party, [&] {
        Bytes data;
        node::rlp::Writer out(data);
        const auto list = out.beginList();
        const auto nodes = out.beginList();
        const auto node = out.beginList();
        out.string(told.endpoint.ip.bytes()).integer(told.endpoint.udp).integer(0).string(told.key.bytes());
        out.endList(node);
        out.endList(nodes);
        out.integer(party->soon()).endList(list);
        return party->sealed(static_cast<Byte>(wire::PacketType::neighbors), data);
    });
    if (finding.verdict != Verdict::pass)
        return finding;
    const auto heard = session.listen(*witness, session.options().silence);
    if (!heard.empty())
        return fail("a node that an unasked NEIGHBORS told of was sent " + heard.front().toString());
    return finding;
}

} // namespace

std::vector<Check> amplificationChecks()
{
    constexpr const char* says =
        "To prevent traffic amplification attacks, implementations must verify that the sender of a query "
        "participates in the discovery protocol: until then a PONG and a PING for each PING are the most.";
    constexpr const char* unsolicited = "Implementations should ignore unsolicited packets.";
    return {
        {"amplification.ping", section, says, ofPing},
        {"amplification.shortest-ping", section, says, ofShortestPing},
        {"amplification.findnode", section, says, ofFindNode},
        {"amplification.enrrequest", section, says, ofRequest},
        {"amplification.unasked-pong", "discv4, Pong Packet (0x02)", unsolicited, ofPong},
        {"amplification.unasked-neighbors", "discv4, Neighbors Packet (0x04)", unsolicited, ofNeighbors},
    };
}

} // namespace waymark::discv4::probe

#include "Choices.h"
#include "Fuzzing.h"
#include "commands/decode/CaptureReader.h"
#include "commands/decode/Envelope.h"
#include "commands/decode/Explain.h"
#include "trace/Pcapng.h"
#include "wire/Encode.h"
#include "wire/Frame.h"

#include <waymark/node/Enr.h>
#include <waymark/testkit/TestKeys.h>

#include <array>
#include <sstream>

/// What `waymark discv4 decode` is given: captures and packets of anybody's. The first byte says which it is,
/// and whether a packet gets the right hash.
namespace waymark::fuzz
{

namespace
{

using namespace discv4;

constexpr Byte isCapture = 1;
constexpr Byte withRightHash = 2;
constexpr std::uint64_t now = 2'000'000'000;

void requireWithin(const decode::Explanation& explanation, std::size_t size)
{
    for (const auto& field : explanation.fields) {
        require(field.offset <= size && field.size <= size - field.offset, "a field lies within its packet");
        requireOneLine(field.value.shown());
    }
    for (const auto& fault : explanation.faults) {
        require(fault.offset <= size, "a fault lies within its packet, or at its end");
        requireOneLine(fault.what);
    }
}

/// As a node would judge it.
bool isGood(ByteView datagram)
{
    const auto frame = wire::Frame::parse(datagram);
    const auto message = frame ? frame->decode() : tl::unexpected(frame.error());
    const auto sender = message ? frame->recoverSender() : tl::unexpected(message.error());
    if (!sender)
        return false;
    const auto* const response = std::get_if<wire::EnrResponse>(&*message);
    if (response == nullptr)
        return true;
    const auto record = node::Enr::decode(response->record);
    return record && record->key() == *sender;
}

void runPacket(ByteView datagram)
{
    const auto explanation = decode::explain(datagram, {now, true});
    require(explanation.isGood() == isGood(datagram), "it is explained as a node would judge it");
    requireWithin(explanation, datagram.size());
}

void runCapture(ByteView file)
{
    std::istringstream in{std::string(asText(file))};
    decode::ByteStream stream(in);
    const auto reader = decode::CaptureReader::open(stream);
    if (!reader)
        return;
    for (;;) {
        const auto frame = (*reader)->next();
        if (!frame)
            return requireOneLine(frame.error().message);
        if (!*frame)
            return;
        require(stream.offset() <= file.size(), "nothing is read behind the end");
        const auto udp = decode::openEnvelope((*frame)->linkType, (*frame)->bytes);
        if (udp)
            runPacket(udp->payload);
        else
            requireOneLine(udp.error().why);
    }
}

} // namespace

void run(ByteView input)
{
    Choices choices(input);
    const Byte mode = choices.byte();
    const ByteView rest = choices.rest();
    if ((mode & isCapture) != 0)
        return runCapture(rest);
    Bytes datagram(rest.begin(), rest.end());
    if ((mode & withRightHash) != 0) {
        const auto hash = node::keccak256(rest);
        datagram.insert(datagram.begin(), hash.begin(), hash.end());
    }
    runPacket(datagram);
}

namespace
{

Bytes behind(Byte mode, ByteView bytes)
{
    Bytes made{mode};
    made.insert(made.end(), bytes.begin(), bytes.end());
    return made;
}

} // namespace

std::vector<Seed> seeds()
{
    const auto key = testkit::testKey(1);
    const wire::Encoder encoder([&](const node::Hash256& digest) { return key.sign(digest); });
    const node::NodeEndpoint here{node::IpAddress::v4(10, 0, 0, 1), 30303, 80};
    const auto record = node::EnrBuilder().seq(9).endpoint(here).sign(key).value();
    std::vector<Seed> all;
    const auto add = [&](std::string name, const wire::Encoder::Packet& packet) {
        all.push_back({std::move(name), behind(withRightHash, packet.bytes.subspan(wire::hashSize))});
    };
    add("ping", encoder.encode(wire::Ping{here, here, now + 20, 7}));
    add("pong", encoder.encode(wire::Pong{here, {}, now - 20, {}}));
    add("findnode", encoder.encode(wire::FindNode{key.publicKey(), now}));
    const std::array nodes{wire::Neighbor{key.publicKey(), here}, wire::Neighbor{{}, {}}};
    add("neighbors", encoder.encode(nodes, now));
    add("enrrequest", encoder.encode(wire::EnrRequest{now}));
    add("enrresponse", encoder.encode(wire::EnrResponse{{}, record.encoded()}));
    trace::Record kept{WallTime(std::chrono::seconds(now)),
                       trace::Direction::inbound,
                       {here.ip, 30303},
                       {here.ip, 30304},
                       {},
                       "a comment",
                       3};
    const auto packet = encoder.encode(wire::EnrRequest{now}).bytes;
    kept.payload.assign(packet.begin(), packet.end());
    Bytes capture = trace::pcapngHeader("discv4");
    trace::appendPcapng(capture, kept);
    all.push_back({"pcapng", behind(isCapture, capture)});
    const Bytes ip = trace::toIpPacket(kept);
    Bytes pcap = fromHex("d4c3b2a10200040000000000000000000000040065000000"
                         "0000000000000000")
                     .value();
    for (int i = 0; i < 2; ++i)
        pcap.insert(pcap.end(), {static_cast<Byte>(ip.size()), 0, 0, 0});
    pcap.insert(pcap.end(), ip.begin(), ip.end());
    all.push_back({"pcap", behind(isCapture, pcap)});
    return all;
}

} // namespace waymark::fuzz

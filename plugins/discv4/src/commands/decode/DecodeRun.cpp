#include "commands/decode/DecodeRun.h"

#include <algorithm>
#include <chrono>
#include <ostream>

namespace waymark::discv4::decode
{

namespace
{

/// On which nodes speak discv4 unless they are told otherwise.
constexpr std::uint16_t usualPort = 30'303;
/// The name that this plugin gives the interface of its own captures: nothing else is in them.
constexpr std::string_view ownInterface = "discv4";
/// In hex digits, the largest datagram that UDP has.
constexpr std::size_t longestLine = 2 * 65'536 + 2;

std::uint64_t secondsOf(WallTime time)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0));
}

std::string counted(std::uint64_t count, const std::string& one, const std::string& many)
{
    return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

} // namespace

DecodeRun::DecodeRun(const plugin::CommandContext& context, const plugin::CommandValues& values,
                     const Clock& clock)
    : _context(context), _clock(clock), _printer(context, values), _discovery{usualPort}
{
    for (const std::string& port : values.all("port"))
        _ports.insert(static_cast<std::uint16_t>(std::stoul(port)));
}

void DecodeRun::show(const Explanation& explanation, Circumstances circumstances)
{
    circumstances.number = ++_shown;
    _damaged += explanation.isGood() ? 0 : 1;
    _printer.print(explanation, circumstances);
}

void DecodeRun::packet(ByteView datagram)
{
    show(explain(datagram, {_clock.unixSeconds(), false}), {});
}

Result<void> DecodeRun::stream(ByteStream& bytes)
{
    constexpr std::size_t magic = 4;
    return CaptureReader::isCapture(bytes.peek(magic)) ? capture(bytes) : lines(bytes);
}

Result<void> DecodeRun::capture(ByteStream& bytes)
{
    const auto reader = CaptureReader::open(bytes);
    if (!reader)
        return failure(reader.error());
    for (;;) {
        const auto next = (*reader)->next();
        if (!next)
            return failure(next.error());
        if (!*next)
            return {};
        frame(**next);
        if (!_context.out)
            return {}; // nobody reads on
    }
}

Result<void> DecodeRun::lines(ByteStream& bytes)
{
    std::uint64_t number = 0;
    while (auto line = bytes.line(longestLine)) {
        ++number;
        std::erase_if(*line, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == ':'; });
        if (line->empty() || line->starts_with('#'))
            continue;
        const auto packetBytes = fromHex(*line);
        if (!packetBytes)
            return failure(ErrorCode::corrupt,
                           "line " + std::to_string(number) +
                               ": neither a capture (pcapng, pcap) nor a packet in hex digits: " +
                               packetBytes.error().message);
        packet(*packetBytes);
        if (!_context.out)
            break;
    }
    return {};
}

void DecodeRun::frame(const CapturedFrame& frame)
{
    const auto udp = openEnvelope(frame.linkType, frame.bytes);
    if (udp)
        return datagram(frame, *udp);
    if (!udp.error().isDamaged) {
        ++_withoutUdp;
        return;
    }
    ++_damaged;
    _context.error << "the frame at byte " << frame.offset << " of the capture is damaged at its byte "
                   << udp.error().offset << ": " << udp.error().why << '\n';
}

bool DecodeRun::isWanted(const CapturedFrame& frame, const UdpDatagram& udp, const Explanation& explanation)
{
    const auto isIn = [&](const std::set<std::uint16_t>& ports) {
        return ports.contains(udp.source.port) || ports.contains(udp.destination.port);
    };
    if (!_ports.empty()) {
        _otherPorts += isIn(_ports) ? 0 : 1;
        return isIn(_ports);
    }
    // Nothing but discv4 has such a hash. What has none may still be a damaged packet.
    if (explanation.hashValid.value_or(false)) {
        _discovery.insert({udp.source.port, udp.destination.port});
        return true;
    }
    if (frame.interface == ownInterface || isIn(_discovery))
        return true;
    ++_otherProtocols;
    return false;
}

void DecodeRun::datagram(const CapturedFrame& frame, const UdpDatagram& udp)
{
    const Reference reference{frame.time ? secondsOf(*frame.time) : _clock.unixSeconds(),
                              frame.time.has_value()};
    Explanation explanation = explain(udp.payload, reference);
    if (udp.missing > 0) {
        const std::string missing = counted(udp.missing, "byte", "bytes");
        const bool isCut = frame.originalSize > frame.bytes.size();
        explanation.faults.push_back(
            {udp.payload.size(),
             isCut ? "the capture was cut here: " + missing + " of the packet are not in it"
                   : "the UDP header promises " + missing + " more than the IP packet has"});
    }
    if (!isWanted(frame, udp, explanation))
        return;
    Circumstances circumstances;
    circumstances.fileOffset = frame.offset;
    circumstances.time = frame.time;
    circumstances.direction = frame.direction;
    circumstances.source = udp.source;
    circumstances.destination = udp.destination;
    circumstances.comment = frame.comment;
    circumstances.lost = frame.lost;
    show(explanation, std::move(circumstances));
}

std::string DecodeRun::summary() const
{
    std::string text = counted(_shown, "packet", "packets");
    if (_damaged > 0)
        text += ", " + std::to_string(_damaged) + " damaged";
    if (_otherPorts > 0)
        text += "; " + counted(_otherPorts, "datagram", "datagrams") + " of other ports";
    if (_otherProtocols > 0)
        text += "; " + counted(_otherProtocols, "datagram", "datagrams") +
                " of other protocols left out (--port shows those of a port)";
    if (_withoutUdp > 0)
        text += "; " + counted(_withoutUdp, "frame", "frames") + " without a whole UDP datagram";
    return text;
}

} // namespace waymark::discv4::decode

#pragma once

#include "commands/decode/ByteStream.h"
#include "commands/decode/CaptureReader.h"
#include "commands/decode/Envelope.h"
#include "commands/decode/Explain.h"
#include "commands/decode/ExplanationPrinter.h"

#include <waymark/base/Clock.h>
#include <waymark/base/Result.h>

#include <cstdint>
#include <set>
#include <string>

namespace waymark::discv4::decode
{

/// One run of the command: what was read so far, and what of it was wrong.
class DecodeRun
{
public:
    /// `ports` empty: all. All outlive it.
    DecodeRun(const plugin::CommandContext& context, const plugin::CommandValues& values, const Clock& clock);

    /// A packet that stands for itself.
    void packet(ByteView datagram);
    /// A capture, or lines of hex digits. An error says where the input is damaged; what came before it was
    /// printed.
    Result<void> stream(ByteStream& bytes);

    /// Whether all that was printed is good.
    bool isGood() const noexcept { return _damaged == 0; }
    /// "12 packets, 1 damaged; 3 frames without UDP, ..."
    std::string summary() const;

private:
    Result<void> capture(ByteStream& bytes);
    Result<void> lines(ByteStream& bytes);
    void frame(const CapturedFrame& frame);
    void datagram(const CapturedFrame& frame, const UdpDatagram& udp);
    bool isWanted(const CapturedFrame& frame, const UdpDatagram& udp, const Explanation& explanation);
    void show(const Explanation& explanation, Circumstances circumstances);

    const plugin::CommandContext& _context;
    const Clock& _clock;
    ExplanationPrinter _printer;
    std::set<std::uint16_t> _ports;     ///< asked for
    std::set<std::uint16_t> _discovery; ///< on which discv4 was seen
    std::uint64_t _shown = 0;
    std::uint64_t _damaged = 0;
    std::uint64_t _withoutUdp = 0;
    std::uint64_t _otherPorts = 0;
    std::uint64_t _otherProtocols = 0;
};

} // namespace waymark::discv4::decode

#pragma once

#include "commands/decode/ByteStream.h"
#include "trace/Record.h"

#include <waymark/base/Bytes.h>
#include <waymark/base/Clock.h>
#include <waymark/base/Result.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace waymark::discv4::decode
{

/// One frame of a capture, as it was on the link.
struct CapturedFrame
{
    std::uint64_t offset = 0; ///< of its block or record in the file
    std::optional<WallTime> time;
    std::uint32_t linkType = 0; ///< LINKTYPE_ of tcpdump.org
    Bytes bytes;
    std::uint64_t originalSize = 0; ///< more than there are bytes when the capture was cut
    std::optional<trace::Direction> direction;
    std::string interface;  ///< its name, where the capture has it
    std::string comment;    ///< as somebody wrote it
    std::uint64_t lost = 0; ///< how many before this one the capture could not keep
};

/// Reads captures front to back, from files and from pipes into which they are still written: pcapng
/// (draft-ietf-opsawg-pcapng) in either byte order with any number of sections and interfaces, and pcap with
/// microseconds or nanoseconds.
class CaptureReader
{
public:
    virtual ~CaptureReader() = default;

    /// The next frame, or nothing at the end. `corrupt` says at which byte of the file what is wrong; nothing
    /// can be read behind that.
    virtual Result<std::optional<CapturedFrame>> next() = 0;

    /// Whether a file that begins with these 4 bytes is meant to be a capture.
    static bool isCapture(ByteView beginning) noexcept;

    /// A reader for the format that the stream begins with; `corrupt` when it is none of them. The stream
    /// outlives it.
    static Result<std::unique_ptr<CaptureReader>> open(ByteStream& stream);
};

/// What is wrong at a byte of a file.
[[nodiscard]] tl::unexpected<Error> damagedAt(std::uint64_t offset, const std::string& what);

} // namespace waymark::discv4::decode

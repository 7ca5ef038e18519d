#pragma once

#include "commands/decode/CaptureReader.h"
#include "commands/decode/Numbers.h"

namespace waymark::discv4::decode
{

/// The older format of captures (draft-ietf-opsawg-pcap), with microseconds or nanoseconds.
class PcapReader final : public CaptureReader
{
public:
    static bool isPcap(ByteView beginning) noexcept;

    /// The stream is at the beginning of the file, and outlives it.
    explicit PcapReader(ByteStream& stream) noexcept : _stream(stream) {}

    Result<std::optional<CapturedFrame>> next() override;

private:
    Result<void> readHeader();

    ByteStream& _stream;
    bool _begun = false;
    ByteOrder _order = ByteOrder::little;
    std::uint32_t _linkType = 0;
    std::uint32_t _fraction = 0; ///< nanoseconds of one unit behind the seconds
};

} // namespace waymark::discv4::decode

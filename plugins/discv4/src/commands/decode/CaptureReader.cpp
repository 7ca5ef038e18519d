#include "commands/decode/CaptureReader.h"

#include "commands/decode/PcapReader.h"
#include "commands/decode/PcapngReader.h"

namespace waymark::discv4::decode
{

namespace
{

constexpr std::size_t magicSize = 4;

} // namespace

tl::unexpected<Error> damagedAt(std::uint64_t offset, const std::string& what)
{
    return failure(ErrorCode::corrupt, "byte " + std::to_string(offset) + ": " + what);
}

bool CaptureReader::isCapture(ByteView beginning) noexcept
{
    return PcapngReader::isPcapng(beginning) || PcapReader::isPcap(beginning);
}

Result<std::unique_ptr<CaptureReader>> CaptureReader::open(ByteStream& stream)
{
    const Bytes& beginning = stream.peek(magicSize);
    if (PcapngReader::isPcapng(beginning))
        return std::make_unique<PcapngReader>(stream);
    if (PcapReader::isPcap(beginning))
        return std::make_unique<PcapReader>(stream);
    return damagedAt(stream.offset(), "neither a pcapng nor a pcap file begins like this");
}

} // namespace waymark::discv4::decode

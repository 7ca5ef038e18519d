#include "commands/decode/PcapReader.h"

#include <chrono>

namespace waymark::discv4::decode
{

namespace
{

constexpr std::uint32_t microsecondMagic = 0xa1b2c3d4;
constexpr std::uint32_t nanosecondMagic = 0xa1b23c4d;
constexpr std::size_t fileHeader = 24;
constexpr std::size_t recordHeader = 16;
constexpr std::uint32_t largestFrame = 256 * 1024; ///< what tcpdump takes at most
/// The upper bits of the link type say how long a frame check sequence is.
constexpr std::uint32_t linkTypeBits = 0xffff;

bool isMagic(std::uint32_t number) noexcept
{
    return number == microsecondMagic || number == nanosecondMagic;
}

} // namespace

bool PcapReader::isPcap(ByteView beginning) noexcept
{
    return beginning.size() >= 4 && (isMagic(number32(beginning, 0, ByteOrder::little)) ||
                                     isMagic(number32(beginning, 0, ByteOrder::big)));
}

Result<void> PcapReader::readHeader()
{
    const std::uint64_t at = _stream.offset();
    const Bytes header = _stream.read(fileHeader);
    if (header.size() < fileHeader)
        return damagedAt(at + header.size(), "the file ends within its header of 24 bytes");
    _order = isMagic(number32(header, 0, ByteOrder::little)) ? ByteOrder::little : ByteOrder::big;
    _fraction = number32(header, 0, _order) == nanosecondMagic ? 1 : 1'000;
    _linkType = number32(header, 20, _order) & linkTypeBits;
    _begun = true;
    return {};
}

Result<std::optional<CapturedFrame>> PcapReader::next()
{
    if (!_begun)
        if (const auto header = readHeader(); !header)
            return failure(header.error());
    CapturedFrame frame;
    frame.offset = _stream.offset();
    const Bytes header = _stream.read(recordHeader);
    if (header.empty())
        return std::nullopt;
    if (header.size() < recordHeader)
        return damagedAt(_stream.offset(), "the file ends within the header of a record");
    const std::uint32_t size = number32(header, 8, _order);
    if (size > largestFrame)
        return damagedAt(frame.offset + 8,
                         "a frame of " + std::to_string(size) + " bytes; no link has those");
    frame.time = WallTime(std::chrono::seconds(number32(header, 0, _order)) +
                          std::chrono::nanoseconds(std::uint64_t{number32(header, 4, _order)} * _fraction));
    frame.originalSize = number32(header, 12, _order);
    frame.linkType = _linkType;
    frame.bytes = _stream.read(size);
    if (frame.bytes.size() < size)
        return damagedAt(_stream.offset(), "the file ends within the record that begins at byte " +
                                               std::to_string(frame.offset));
    return frame;
}

} // namespace waymark::discv4::decode

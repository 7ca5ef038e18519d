#include "commands/decode/PcapngReader.h"

#include "trace/Pcapng.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace waymark::discv4::decode
{

namespace
{

constexpr std::uint32_t sectionHeaderBlock = 0x0a0d0d0a; // the same in both byte orders
constexpr std::uint32_t interfaceBlock = 1;
constexpr std::uint32_t obsoletePacketBlock = 2;
constexpr std::uint32_t simplePacketBlock = 3;
constexpr std::uint32_t packetBlock = 6;
constexpr std::uint32_t byteOrderMagic = 0x1a2b3c4d;
constexpr std::uint32_t longestBlock = 16 * 1024 * 1024; ///< as Wireshark has it

constexpr std::uint16_t optionEnd = 0;
constexpr std::uint16_t optionComment = 1;
constexpr std::uint16_t packetFlags = 2;
constexpr std::uint16_t packetDropCount = 4;
constexpr std::uint16_t interfaceName = 2;
constexpr std::uint16_t interfaceResolution = 9;
constexpr std::uint16_t interfaceOffset = 14;

std::size_t padded(std::size_t size) noexcept
{
    return (size + 3) / 4 * 4;
}

std::uint64_t power10(unsigned exponent) noexcept
{
    std::uint64_t value = 1;
    for (unsigned i = 0; i < exponent; ++i)
        value *= 10;
    return value;
}

struct Instant
{
    std::uint64_t seconds = 0;
    std::uint64_t nanoseconds = 0;
};

/// if_tsresol: powers of 10, or with the highest bit set of 2.
Instant split(std::uint64_t units, std::uint8_t resolution) noexcept
{
    constexpr unsigned nanoDigits = 9;
    const unsigned exponent = resolution & 0x7fU;
    if (resolution < 0x80) {
        constexpr unsigned largest = 19; // 10^20 is more than 64 bits
        if (exponent > largest)
            return {};
        const std::uint64_t second = power10(exponent);
        const std::uint64_t rest = units % second;
        return {units / second, exponent <= nanoDigits ? rest * power10(nanoDigits - exponent)
                                                       : rest / power10(exponent - nanoDigits)};
    }
    if (exponent > 63)
        return {};
    // 34 bits of fraction times 10^9 fit 64 bits.
    constexpr unsigned kept = 34;
    const std::uint64_t rest = units & ((std::uint64_t{1} << exponent) - 1);
    const unsigned spare = exponent > kept ? exponent - kept : 0;
    return {units >> exponent, (rest >> spare) * power10(nanoDigits) >> (exponent - spare)};
}

} // namespace

bool PcapngReader::isPcapng(ByteView beginning) noexcept
{
    return beginning.size() >= trace::pcapngMagic.size() &&
           std::ranges::equal(beginning.first(trace::pcapngMagic.size()), trace::pcapngMagic);
}

std::optional<WallTime> PcapngReader::timeOf(std::uint64_t units, const Interface& interface) noexcept
{
    const Instant instant = split(units, interface.resolution);
    constexpr std::int64_t nano = 1'000'000'000;
    constexpr std::int64_t lastSecond =
        std::numeric_limits<std::int64_t>::max() / nano - 1; // in the year 2262
    if (instant.seconds > static_cast<std::uint64_t>(lastSecond))
        return std::nullopt;
    const auto seconds = static_cast<std::int64_t>(instant.seconds);
    const std::int64_t offset = interface.secondsOffset;
    if (offset > lastSecond - seconds || offset < -lastSecond)
        return std::nullopt;
    return WallTime(
        std::chrono::nanoseconds((seconds + offset) * nano + static_cast<std::int64_t>(instant.nanoseconds)));
}

Result<std::uint32_t> PcapngReader::readLength(std::uint64_t offset, ByteView head)
{
    const std::uint32_t length = number32(head, 4, _order);
    constexpr std::uint32_t shortest = 12;
    if (length < shortest || length % 4 != 0)
        return damagedAt(offset + 4, "a block of " + std::to_string(length) +
                                         " bytes; their lengths are multiples of 4 and 12 at least");
    if (length > longestBlock)
        return damagedAt(offset + 4, "a block of " + std::to_string(length) + " bytes; 16 MiB are the most");
    return length;
}

Result<std::optional<PcapngReader::Block>> PcapngReader::readBlock()
{
    Block block;
    block.offset = _stream.offset();
    const auto endsWithin = [&] {
        return damagedAt(_stream.offset(), "the file ends within the block that begins at byte " +
                                               std::to_string(block.offset) +
                                               ": it is cut off, or still being written");
    };
    constexpr std::size_t headSize = 8;
    const Bytes head = _stream.read(headSize);
    if (head.empty())
        return std::nullopt;
    if (head.size() < headSize)
        return endsWithin();
    block.type = number32(head, 0, _order);
    if (block.type == sectionHeaderBlock) {
        // Its own length is in the byte order that is told only behind it.
        const Bytes magic = _stream.peek(4);
        if (magic.size() < 4) {
            static_cast<void>(_stream.read(4));
            return endsWithin();
        }
        const bool isBig = number32(magic, 0, ByteOrder::big) == byteOrderMagic;
        if (!isBig && number32(magic, 0, ByteOrder::little) != byteOrderMagic)
            return damagedAt(block.offset + headSize,
                             "0x" + toHex(ByteView(magic).first(4)) + " is no byte-order magic of pcapng");
        _order = isBig ? ByteOrder::big : ByteOrder::little;
    }
    const auto length = readLength(block.offset, head);
    if (!length)
        return failure(length.error());
    block.body = _stream.read(*length - 12);
    const Bytes tail = _stream.read(4);
    if (tail.size() < 4)
        return endsWithin();
    if (number32(tail, 0, _order) != *length)
        return damagedAt(_stream.offset() - 4, "the block says at its end that it has " +
                                                   std::to_string(number32(tail, 0, _order)) +
                                                   " bytes, and at its beginning " + std::to_string(*length));
    return block;
}

Result<std::optional<CapturedFrame>> PcapngReader::next()
{
    for (;;) {
        const auto block = readBlock();
        if (!block)
            return failure(block.error());
        if (!*block)
            return std::nullopt;
        auto frame = frameOf(**block);
        if (!frame || *frame)
            return frame;
    }
}

Result<std::optional<CapturedFrame>> PcapngReader::frameOf(const Block& block)
{
    const auto pass = [](const Result<void>& done) -> Result<std::optional<CapturedFrame>> {
        if (!done)
            return failure(done.error());
        return std::nullopt;
    };
    const auto tooShort = [&](std::size_t size) {
        return damagedAt(block.at(block.body.size()),
                         "a packet block of less than " + std::to_string(size) + " bytes");
    };
    constexpr PacketLayout layout{20, 4};
    switch (block.type) {
    case sectionHeaderBlock:
        return pass(beginSection(block));
    case interfaceBlock:
        return pass(addInterface(block));
    case packetBlock:
    case obsoletePacketBlock:
        if (block.body.size() < layout.header)
            return tooShort(layout.header + 12);
        return packetOf(block,
                        block.type == packetBlock ? number32(block.body, 0, _order)
                                                  : number16(block.body, 0, _order),
                        layout);
    case simplePacketBlock:
        if (block.body.size() < 4)
            return tooShort(16);
        return simplePacketOf(block);
    default:
        return std::nullopt;
    }
}

Result<void> PcapngReader::beginSection(const Block& block)
{
    constexpr std::size_t least = 16;
    if (block.body.size() < least)
        return damagedAt(block.at(block.body.size()), "a section header of less than 28 bytes");
    const std::uint16_t version = number16(block.body, 4, _order);
    if (version != 1)
        return damagedAt(block.at(4), "version " + std::to_string(version) + " of pcapng; 1 is known");
    _interfaces.clear();
    return {};
}

Result<void> PcapngReader::addInterface(const Block& block)
{
    constexpr std::size_t header = 8;
    if (block.body.size() < header)
        return damagedAt(block.at(block.body.size()), "an interface description of less than 20 bytes");
    Interface interface;
    interface.linkType = number16(block.body, 0, _order);
    interface.snapLength = number32(block.body, 4, _order);
    const auto options = optionsOf(block, header);
    if (!options)
        return failure(options.error());
    for (const Option& option : *options) {
        if (option.code == interfaceName)
            interface.name.assign(option.value.begin(), option.value.end());
        if (option.code == interfaceResolution && option.value.size() == 1)
            interface.resolution = option.value.front();
        if (option.code == interfaceOffset && option.value.size() == 8)
            interface.secondsOffset = static_cast<std::int64_t>(number(option.value, _order));
    }
    _interfaces.push_back(std::move(interface));
    return {};
}

Result<CapturedFrame> PcapngReader::packetOf(const Block& block, std::uint32_t interface, PacketLayout layout)
{
    if (interface >= _interfaces.size())
        return damagedAt(block.at(0), "a packet of interface " + std::to_string(interface) +
                                          ", and the section describes " +
                                          std::to_string(_interfaces.size()));
    const ByteView body = block.body;
    CapturedFrame frame;
    frame.offset = block.offset;
    frame.linkType = _interfaces[interface].linkType;
    frame.interface = _interfaces[interface].name;
    const std::uint64_t time =
        std::uint64_t{number32(body, layout.time, _order)} << 32U | number32(body, layout.time + 4, _order);
    frame.time = timeOf(time, _interfaces[interface]);
    const std::uint32_t size = number32(body, layout.time + 8, _order);
    frame.originalSize = number32(body, layout.time + 12, _order);
    if (size > body.size() - layout.header)
        return damagedAt(block.at(layout.time + 8), "a packet of " + std::to_string(size) +
                                                        " bytes in a block that has room for " +
                                                        std::to_string(body.size() - layout.header));
    const ByteView packet = body.subspan(layout.header, size);
    frame.bytes.assign(packet.begin(), packet.end());
    if (block.type == obsoletePacketBlock)
        frame.lost = number16(body, 2, _order) == 0xffff ? 0 : number16(body, 2, _order);
    const auto options = optionsOf(block, std::min(body.size(), layout.header + padded(size)));
    if (!options)
        return failure(options.error());
    apply(*options, frame);
    return frame;
}

Result<CapturedFrame> PcapngReader::simplePacketOf(const Block& block)
{
    if (_interfaces.empty())
        return damagedAt(block.offset, "a packet before any interface is described");
    const Interface& interface = _interfaces.front();
    const ByteView room = ByteView(block.body).subspan(4);
    CapturedFrame frame;
    frame.offset = block.offset;
    frame.linkType = interface.linkType;
    frame.interface = interface.name;
    frame.originalSize = number32(block.body, 0, _order);
    std::uint64_t size = frame.originalSize;
    if (interface.snapLength > 0)
        size = std::min<std::uint64_t>(size, interface.snapLength);
    if (size > room.size())
        return damagedAt(block.at(0), "a packet of " + std::to_string(size) +
                                          " bytes in a block that has room for " +
                                          std::to_string(room.size()));
    const ByteView packet = room.first(static_cast<std::size_t>(size));
    frame.bytes.assign(packet.begin(), packet.end());
    return frame;
}

Result<std::vector<PcapngReader::Option>> PcapngReader::optionsOf(const Block& block, std::size_t from) const
{
    std::vector<Option> options;
    const ByteView body = block.body;
    while (body.size() - from >= 4) {
        const std::uint16_t code = number16(body, from, _order);
        const std::size_t size = number16(body, from + 2, _order);
        if (code == optionEnd)
            break;
        if (size > body.size() - from - 4)
            return damagedAt(block.at(from), "an option of " + std::to_string(size) +
                                                 " bytes, which is more than its block has left");
        options.push_back({code, body.subspan(from + 4, size)});
        from = std::min(body.size(), from + 4 + padded(size));
    }
    return options;
}

void PcapngReader::apply(const std::vector<Option>& options, CapturedFrame& frame) const
{
    for (const Option& option : options) {
        const ByteView value = option.value;
        if (option.code == optionComment) {
            if (!frame.comment.empty())
                frame.comment += "; ";
            frame.comment.append(value.begin(), value.end());
        } else if (option.code == packetFlags && value.size() == 4) {
            constexpr std::uint32_t directionBits = 3;
            const auto direction = number(value, _order) & directionBits;
            if (direction == static_cast<std::uint32_t>(trace::Direction::inbound))
                frame.direction = trace::Direction::inbound;
            else if (direction == static_cast<std::uint32_t>(trace::Direction::outbound))
                frame.direction = trace::Direction::outbound;
        } else if (option.code == packetDropCount && value.size() == 8) {
            frame.lost = number(value, _order);
        }
    }
}

} // namespace waymark::discv4::decode

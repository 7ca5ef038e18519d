#pragma once

#include "commands/decode/CaptureReader.h"
#include "commands/decode/Numbers.h"

#include <vector>

namespace waymark::discv4::decode
{

/// draft-ietf-opsawg-pcapng. Blocks that hold no packets are passed over.
class PcapngReader final : public CaptureReader
{
public:
    static bool isPcapng(ByteView beginning) noexcept;

    /// The stream is at the beginning of a section, and outlives it.
    explicit PcapngReader(ByteStream& stream) noexcept : _stream(stream) {}

    Result<std::optional<CapturedFrame>> next() override;

private:
    struct Interface
    {
        std::uint32_t linkType = 0;
        std::uint32_t snapLength = 0; ///< 0: without limit
        std::uint8_t resolution = 6;  ///< as if_tsresol says it
        std::int64_t secondsOffset = 0;
        std::string name;
    };
    struct Block
    {
        std::uint64_t offset = 0;
        std::uint32_t type = 0;
        Bytes body;

        /// Of a place in the body, in the file.
        std::uint64_t at(std::size_t place) const noexcept { return offset + 8 + place; }
    };
    struct Option
    {
        std::uint16_t code = 0;
        ByteView value;
    };
    /// Where in the body of a packet block what stands.
    struct PacketLayout
    {
        std::size_t header = 0;
        std::size_t time = 0;
    };

    Result<std::optional<Block>> readBlock();
    Result<std::uint32_t> readLength(std::uint64_t offset, ByteView head);
    Result<void> beginSection(const Block& block);
    Result<void> addInterface(const Block& block);
    Result<std::optional<CapturedFrame>> frameOf(const Block& block);
    Result<CapturedFrame> packetOf(const Block& block, std::uint32_t interface, PacketLayout layout);
    Result<CapturedFrame> simplePacketOf(const Block& block);
    Result<std::vector<Option>> optionsOf(const Block& block, std::size_t from) const;
    void apply(const std::vector<Option>& options, CapturedFrame& frame) const;
    static std::optional<WallTime> timeOf(std::uint64_t units, const Interface& interface) noexcept;

    ByteStream& _stream;
    ByteOrder _order = ByteOrder::little;
    std::vector<Interface> _interfaces;
};

} // namespace waymark::discv4::decode

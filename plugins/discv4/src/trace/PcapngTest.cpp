#include "trace/Pcapng.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::discv4::trace
{

/// Read here by hand; tests/integration/discv4/capture.py reads whole captures with a library of others.
class PcapngTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PcapngTest);
    CPPUNIT_TEST(headerIsASectionAndAnInterface);
    CPPUNIT_TEST(packetBlockIsAsTheFormatSays);
    CPPUNIT_TEST(blocksArePaddedAndSayTheirLengthTwice);
    CPPUNIT_TEST(ipv4HeaderAndChecksumsAreRight);
    CPPUNIT_TEST(ipv6HeaderAndChecksumAreRight);
    CPPUNIT_TEST(anUnknownOwnAddressIsUnspecifiedInTheFamilyOfTheOther);
    CPPUNIT_TEST(timesBeforeTheEpochAreTheEpoch);
    CPPUNIT_TEST_SUITE_END();

    static Record record(const char* source, const char* destination, std::string_view payload)
    {
        const ByteView bytes = asBytes(payload);
        return {WallTime(std::chrono::nanoseconds(0x0123456789abcdef)),
                Direction::outbound,
                node::Endpoint::parse(source).value(),
                node::Endpoint::parse(destination).value(),
                {bytes.begin(), bytes.end()},
                "",
                0};
    }

    static std::uint32_t little32(ByteView bytes, std::size_t at)
    {
        return bytes[at] | static_cast<std::uint32_t>(bytes[at + 1]) << 8U |
               static_cast<std::uint32_t>(bytes[at + 2]) << 16U |
               static_cast<std::uint32_t>(bytes[at + 3]) << 24U;
    }

    static std::uint32_t big16(ByteView bytes, std::size_t at)
    {
        return static_cast<std::uint32_t>(bytes[at]) << 8U | bytes[at + 1];
    }

    /// 0xffff when a checksum is among the bytes and right (RFC 1071).
    static std::uint32_t sum(Bytes bytes)
    {
        if (bytes.size() % 2 != 0)
            bytes.push_back(0);
        std::uint32_t total = 0;
        for (std::size_t i = 0; i < bytes.size(); i += 2)
            total += big16(bytes, i);
        while (total > 0xffff)
            total = (total & 0xffff) + (total >> 16U);
        return total;
    }

    static Bytes packetOf(const Record& record)
    {
        Bytes block;
        appendPcapng(block, record);
        return block;
    }

    void headerIsASectionAndAnInterface()
    {
        const std::string expected = "0a0d0d0a"
                                     "2c000000"
                                     "4d3c2b1a"
                                     "01000000"
                                     "ffffffffffffffff"
                                     "04000700"
                                     "7761796d61726b00"
                                     "00000000"
                                     "2c000000"
                                     "01000000"
                                     "2c000000"
                                     "65000000"
                                     "00000000"
                                     "02000600"
                                     "6469736376340000"
                                     "09000100"
                                     "09000000"
                                     "00000000"
                                     "2c000000";
        const Bytes header = pcapngHeader("discv4");
        CPPUNIT_ASSERT_EQUAL(expected, toHex(header));
        CPPUNIT_ASSERT(std::ranges::equal(pcapngMagic, ByteView(header).first(4)));
    }

    void packetBlockIsAsTheFormatSays()
    {
        Record kept = record("10.0.0.1:30303", "10.0.0.2:30304", "x");
        kept.comment = "ping";
        kept.lost = 7;
        const Bytes block = packetOf(kept);
        CPPUNIT_ASSERT_EQUAL(std::string("06000000"), toHex(ByteView(block).first(4)));
        CPPUNIT_ASSERT_EQUAL(std::string("00000000" // the only interface
                                         "67452301efcdab89"
                                         "1d000000"
                                         "1d000000"),
                             toHex(ByteView(block).subspan(8, 20)));
        const std::string options = "01000400" // comment
                                    "70696e67"
                                    "02000400" // flags: outbound
                                    "02000000"
                                    "04000800" // lost before it
                                    "0700000000000000"
                                    "00000000";
        CPPUNIT_ASSERT_EQUAL(options, toHex(ByteView(block).subspan(28 + 32, 32)));
        kept.direction = Direction::inbound;
        kept.comment.clear();
        kept.lost = 0;
        const Bytes plain = packetOf(kept);
        CPPUNIT_ASSERT_EQUAL(std::string("020004000100000000000000"),
                             toHex(ByteView(plain).subspan(28 + 32, 12)));
    }

    void blocksArePaddedAndSayTheirLengthTwice()
    {
        for (std::size_t size = 0; size < 9; ++size) {
            Record kept = record("10.0.0.1:1", "10.0.0.2:2", std::string(size, 'p'));
            kept.comment = std::string(size, 'c');
            const Bytes block = packetOf(kept);
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, block.size() % 4);
            CPPUNIT_ASSERT_EQUAL(static_cast<std::uint32_t>(block.size()), little32(block, 4));
            CPPUNIT_ASSERT_EQUAL(static_cast<std::uint32_t>(block.size()), little32(block, block.size() - 4));
        }
    }

    void ipv4HeaderAndChecksumsAreRight()
    {
        for (const std::string_view payload : {"", "odd", "even", "a longer payload"}) {
            const Bytes packet = toIpPacket(record("192.0.2.1:30303", "198.51.100.7:9", payload));
            CPPUNIT_ASSERT_EQUAL(std::size_t{28} + payload.size(), packet.size());
            CPPUNIT_ASSERT_EQUAL(Byte{0x45}, packet[0]);
            CPPUNIT_ASSERT_EQUAL(static_cast<std::uint32_t>(packet.size()), big16(packet, 2));
            CPPUNIT_ASSERT_EQUAL(Byte{17}, packet[9]);
            CPPUNIT_ASSERT_EQUAL(std::string("c0000201c6336407"), toHex(ByteView(packet).subspan(12, 8)));
            CPPUNIT_ASSERT_EQUAL(0xffffU, sum({packet.begin(), packet.begin() + 20}));
            CPPUNIT_ASSERT_EQUAL(30303U, big16(packet, 20));
            CPPUNIT_ASSERT_EQUAL(9U, big16(packet, 22));
            Bytes checked{0, 17, packet[24], packet[25]};
            checked.insert(checked.end(), packet.begin() + 12, packet.end());
            CPPUNIT_ASSERT_EQUAL(0xffffU, sum(checked));
        }
    }

    void ipv6HeaderAndChecksumAreRight()
    {
        const Bytes packet = toIpPacket(record("[2001:db8::1]:30303", "[2001:db8::2]:9", "payload"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{48 + 7}, packet.size());
        CPPUNIT_ASSERT_EQUAL(std::string("60000000000f1140"), toHex(ByteView(packet).first(8)));
        Bytes checked{0, 17, packet[44], packet[45]};
        checked.insert(checked.end(), packet.begin() + 8, packet.end());
        CPPUNIT_ASSERT_EQUAL(0xffffU, sum(checked));
    }

    void anUnknownOwnAddressIsUnspecifiedInTheFamilyOfTheOther()
    {
        const Bytes packet = toIpPacket(record("0.0.0.0:30303", "[2001:db8::2]:9", "payload"));
        CPPUNIT_ASSERT_EQUAL(Byte{0x60}, packet[0]);
        CPPUNIT_ASSERT_EQUAL(std::string(32, '0'), toHex(ByteView(packet).subspan(8, 16)));
    }

    void timesBeforeTheEpochAreTheEpoch()
    {
        Record kept = record("10.0.0.1:1", "10.0.0.2:2", "x");
        kept.time = WallTime(std::chrono::nanoseconds(-1));
        CPPUNIT_ASSERT_EQUAL(std::string(16, '0'), toHex(ByteView(packetOf(kept)).subspan(12, 8)));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PcapngTest);

} // namespace waymark::discv4::trace

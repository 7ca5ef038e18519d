#include "commands/decode/Envelope.h"

#include "trace/Pcapng.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::discv4::decode
{

class EnvelopeTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(EnvelopeTest);
    CPPUNIT_TEST(takesOffTheHeadersOfEveryLink);
    CPPUNIT_TEST(passesVlanTags);
    CPPUNIT_TEST(passesOptionsAndExtensionHeaders);
    CPPUNIT_TEST(leavesOutThePaddingOfShortFrames);
    CPPUNIT_TEST(saysHowMuchACutFrameMisses);
    CPPUNIT_TEST(saysWhyThereIsNoDatagram);
    CPPUNIT_TEST(readsNothingOutsideOfAFrameThatIsCutAnywhere);
    CPPUNIT_TEST_SUITE_END();

    static Bytes ip(const char* source, const char* destination)
    {
        trace::Record record;
        record.source = node::Endpoint::parse(source).value();
        record.destination = node::Endpoint::parse(destination).value();
        record.payload = {'d', 'a', 't', 'a'};
        return trace::toIpPacket(record);
    }
    static Bytes v4() { return ip("192.0.2.1:30303", "198.51.100.7:9"); }
    static Bytes v6() { return ip("[2001:db8::1]:30303", "[2001:db8::2]:9"); }

    static Bytes behind(std::string_view header, const Bytes& packet)
    {
        Bytes frame = fromHex(header).value();
        frame.insert(frame.end(), packet.begin(), packet.end());
        return frame;
    }

    static UdpDatagram opened(std::uint32_t link, const Bytes& frame)
    {
        const auto udp = openEnvelope(link, frame);
        CPPUNIT_ASSERT_MESSAGE(udp ? "" : udp.error().why, udp.has_value());
        return *udp;
    }

    static void requireV4(std::uint32_t link, const Bytes& frame)
    {
        const auto udp = opened(link, frame);
        CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1:30303"), udp.source.toString());
        CPPUNIT_ASSERT_EQUAL(std::string("198.51.100.7:9"), udp.destination.toString());
        CPPUNIT_ASSERT_EQUAL(std::string("64617461"), toHex(udp.payload));
        CPPUNIT_ASSERT_EQUAL(frame.size() - 4, udp.offset);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, udp.missing);
    }

    static void requireV6(std::uint32_t link, const Bytes& frame)
    {
        const auto udp = opened(link, frame);
        CPPUNIT_ASSERT_EQUAL(std::string("[2001:db8::1]:30303"), udp.source.toString());
        CPPUNIT_ASSERT_EQUAL(std::string("64617461"), toHex(udp.payload));
    }

    static void requireNone(std::uint32_t link, const Bytes& frame, bool isDamaged, std::size_t offset,
                            const std::string& why)
    {
        const auto udp = openEnvelope(link, frame);
        CPPUNIT_ASSERT(!udp);
        CPPUNIT_ASSERT_EQUAL(why, udp.error().why);
        CPPUNIT_ASSERT_EQUAL(isDamaged, udp.error().isDamaged);
        CPPUNIT_ASSERT_EQUAL(offset, udp.error().offset);
    }

    static constexpr const char* macs = "020000000001020000000002";
    static constexpr std::uint32_t ethernet = 1;
    static constexpr std::uint32_t raw = 101;

public:
    void takesOffTheHeadersOfEveryLink()
    {
        for (const std::uint32_t link : {raw, 12U, 14U, 228U})
            requireV4(link, v4());
        for (const std::uint32_t link : {raw, 229U})
            requireV6(link, v6());
        requireV4(ethernet, behind(std::string(macs) + "0800", v4()));
        requireV6(ethernet, behind(std::string(macs) + "86dd", v6()));
        requireV4(113, behind("00000001000602000000000100000800", v4()));
        requireV6(113, behind("000000010006020000000001000086dd", v6()));
        requireV4(276, behind("0800000000000002000100060200000000010000", v4()));
        requireV6(276, behind("86dd000000000002000100060200000000010000", v6()));
        requireV4(0, behind("02000000", v4()));
        requireV6(0, behind("1e000000", v6()));
        requireV4(108, behind("00000002", v4()));
    }

    void passesVlanTags()
    {
        requireV4(ethernet, behind(std::string(macs) + "810000070800", v4()));
        requireV6(ethernet, behind(std::string(macs) + "88a8000981000007" + "86dd", v6()));
    }

    void passesOptionsAndExtensionHeaders()
    {
        Bytes withOptions = v4();
        withOptions[0] = 0x46;
        withOptions[3] += 4;
        withOptions.insert(withOptions.begin() + 20, {1, 1, 1, 0});
        requireV4(raw, withOptions);
        Bytes withHeaders = v6();
        withHeaders[6] = 0; // hop by hop, then destination options, then UDP
        withHeaders[5] += 24;
        const Bytes extensions = fromHex("3c000104000000001101010c00000000000000000000000000").value();
        withHeaders.insert(withHeaders.begin() + 40, extensions.begin(), extensions.begin() + 24);
        requireV6(raw, withHeaders);
    }

    void leavesOutThePaddingOfShortFrames()
    {
        Bytes frame = behind(std::string(macs) + "0800", v4());
        frame.resize(60);
        CPPUNIT_ASSERT_EQUAL(std::string("64617461"), toHex(opened(ethernet, frame).payload));
    }

    void saysHowMuchACutFrameMisses()
    {
        Bytes frame = v4();
        frame.resize(frame.size() - 3);
        const auto udp = opened(raw, frame);
        CPPUNIT_ASSERT_EQUAL(std::string("64"), toHex(udp.payload));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, udp.missing);
    }

    void saysWhyThereIsNoDatagram()
    {
        requireNone(ethernet, behind(std::string(macs) + "0806", v4()), false, 12,
                    "EtherType 0x0806, not IP");
        requireNone(127, v4(), false, 0,
                    "link type 127; Ethernet, Linux cooked, raw IP and BSD loopback are understood");
        Bytes tcp = v4();
        tcp[9] = 6;
        requireNone(raw, tcp, false, 9, "IP protocol 6, not UDP");
        Bytes fragment = v4();
        fragment[6] = 0x20;
        requireNone(raw, fragment, false, 6, "an IPv4 fragment; they are not put together");
        Bytes fragment6 = v6();
        fragment6[6] = 44;
        requireNone(raw, fragment6, false, 40, "an IPv6 fragment; they are not put together");
        Bytes shortUdp = v4();
        shortUdp[25] = 7;
        requireNone(raw, shortUdp, true, 24, "a UDP datagram of 7 bytes; its header alone has 8");
        Bytes noVersion = v4();
        noVersion[0] = 0x55;
        requireNone(raw, noVersion, true, 0, "0x55 begins neither an IPv4 nor an IPv6 header");
        requireNone(raw, {}, true, 0, "the frame ends within the link's header");
    }

    /// Frames lie in memory of exactly their size, where the address sanitizer sees what is read behind it.
    void readsNothingOutsideOfAFrameThatIsCutAnywhere()
    {
        const Bytes tagged = behind(std::string(macs) + "81000007" + "86dd", v6());
        for (const auto& [link, whole] :
             {std::pair{ethernet, tagged}, std::pair{raw, v4()},
              std::pair{276U, behind("0800000000000002000100060200000000010000", v4())}})
            for (std::size_t size = 0; size < whole.size() - 4; ++size) {
                const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
                const auto udp = openEnvelope(link, cut);
                CPPUNIT_ASSERT(!udp);
                CPPUNIT_ASSERT(udp.error().isDamaged);
                CPPUNIT_ASSERT_EQUAL(size, udp.error().offset);
            }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EnvelopeTest);

} // namespace waymark::discv4::decode

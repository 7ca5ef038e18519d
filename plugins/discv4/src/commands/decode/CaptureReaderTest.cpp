#include "commands/decode/CaptureReader.h"

#include "trace/Pcapng.h"

#include <cppunit/extensions/HelperMacros.h>

#include <sstream>
#include <vector>

namespace waymark::discv4::decode
{

namespace
{

/// Numbers and bytes in one byte order, as a capture of such a machine has them.
class Writer
{
public:
    explicit Writer(bool big) : _big(big) {}

    Writer& u16(std::uint64_t value) { return put(value, 2); }
    Writer& u32(std::uint64_t value) { return put(value, 4); }
    Writer& bytes(std::string_view text)
    {
        _out.append(text);
        return *this;
    }
    Writer& pad()
    {
        while (_out.size() % 4 != 0)
            _out.push_back('\0');
        return *this;
    }
    Writer& option(std::uint16_t code, std::string_view value)
    {
        return u16(code).u16(value.size()).bytes(value).pad();
    }
    Writer& block(std::uint32_t type, const Writer& body)
    {
        const std::size_t length = body._out.size() + 12;
        return u32(type).u32(length).bytes(body._out).u32(length);
    }
    Writer& section()
    {
        return block(0x0a0d0d0a, Writer(_big).u32(0x1a2b3c4d).u16(1).u16(0).u32(-1).u32(-1));
    }
    Writer& interface(std::uint16_t link,
                      const std::vector<std::pair<std::uint16_t, std::string>>& options = {})
    {
        Writer body(_big);
        body.u16(link).u16(0).u32(0);
        for (const auto& [code, value] : options)
            body.option(code, value);
        return block(1, body);
    }
    Writer& packet(std::uint32_t interface, std::uint64_t time, std::string_view data)
    {
        return block(6, Writer(_big)
                            .u32(interface)
                            .u32(time >> 32U)
                            .u32(time & 0xffffffff)
                            .u32(data.size())
                            .u32(data.size())
                            .bytes(data)
                            .pad());
    }
    const std::string& text() const { return _out; }

private:
    Writer& put(std::uint64_t value, unsigned size)
    {
        for (unsigned i = 0; i < size; ++i)
            _out.push_back(static_cast<char>(value >> 8U * (_big ? size - 1 - i : i)));
        return *this;
    }

    bool _big;
    std::string _out;
};

struct Read
{
    std::vector<CapturedFrame> frames;
    std::string error;
};

Read readAll(const std::string& file)
{
    std::istringstream in(file);
    ByteStream stream(in);
    Read read;
    const auto reader = CaptureReader::open(stream);
    if (!reader)
        return {{}, reader.error().message};
    for (;;) {
        auto frame = (*reader)->next();
        if (!frame) {
            read.error = frame.error().message;
            return read;
        }
        if (!*frame)
            return read;
        read.frames.push_back(**frame);
    }
}

std::int64_t nanoseconds(const CapturedFrame& frame)
{
    return frame.time.value().time_since_epoch().count();
}

std::string dataOf(const CapturedFrame& frame)
{
    return {frame.bytes.begin(), frame.bytes.end()};
}

} // namespace

class CaptureReaderTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(CaptureReaderTest);
    CPPUNIT_TEST(readsWhatTheDaemonWrites);
    CPPUNIT_TEST(readsPcapngOfEitherByteOrder);
    CPPUNIT_TEST(readsSeveralSectionsAndInterfaces);
    CPPUNIT_TEST(knowsResolutionsOfTenAndOfTwo);
    CPPUNIT_TEST(readsSimpleAndObsoletePacketBlocks);
    CPPUNIT_TEST(passesOverBlocksThatItDoesNotKnow);
    CPPUNIT_TEST(readsPcapOfEveryMagic);
    CPPUNIT_TEST(saysWhereACutFileEnds);
    CPPUNIT_TEST(saysWhereAFileIsDamaged);
    CPPUNIT_TEST(refusesOtherFiles);
    CPPUNIT_TEST_SUITE_END();

    static std::string ownTrace()
    {
        trace::Record record{WallTime(std::chrono::nanoseconds(1'700'000'000'123'456'789)),
                             trace::Direction::outbound,
                             node::Endpoint::parse("10.0.0.1:30303").value(),
                             node::Endpoint::parse("10.0.0.2:9").value(),
                             {1, 2, 3},
                             "ping",
                             7};
        Bytes file = trace::pcapngHeader("discv4");
        trace::appendPcapng(file, record);
        record.direction = trace::Direction::inbound;
        trace::appendPcapng(file, record);
        return {file.begin(), file.end()};
    }

public:
    void readsWhatTheDaemonWrites()
    {
        const Read read = readAll(ownTrace());
        CPPUNIT_ASSERT_EQUAL(std::string(), read.error);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, read.frames.size());
        const CapturedFrame& frame = read.frames.front();
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1'700'000'000'123'456'789}, nanoseconds(frame));
        CPPUNIT_ASSERT_EQUAL(101U, frame.linkType);
        CPPUNIT_ASSERT_EQUAL(std::size_t{31}, frame.bytes.size());
        CPPUNIT_ASSERT_EQUAL(std::string("ping"), frame.comment);
        CPPUNIT_ASSERT_EQUAL(std::string("discv4"), frame.interface);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, frame.lost);
        CPPUNIT_ASSERT(frame.direction == trace::Direction::outbound);
        CPPUNIT_ASSERT(read.frames.back().direction == trace::Direction::inbound);
    }

    void readsPcapngOfEitherByteOrder()
    {
        for (const bool big : {false, true}) {
            const Read read =
                readAll(Writer(big).section().interface(1).packet(0, 1'700'000'000'000'001, "frame").text());
            CPPUNIT_ASSERT_EQUAL(std::string(), read.error);
            CPPUNIT_ASSERT_EQUAL(std::size_t{1}, read.frames.size());
            CPPUNIT_ASSERT_EQUAL(std::string("frame"), dataOf(read.frames[0]));
            CPPUNIT_ASSERT_EQUAL(std::int64_t{1'700'000'000'000'001'000}, nanoseconds(read.frames[0]));
        }
    }

    void readsSeveralSectionsAndInterfaces()
    {
        Writer file(false);
        file.section().interface(1).interface(113).packet(1, 0, "cooked").packet(0, 0, "ethernet");
        file.bytes(Writer(true).section().interface(101).packet(0, 0, "raw").text());
        const Read read = readAll(file.text());
        CPPUNIT_ASSERT_EQUAL(std::string(), read.error);
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, read.frames.size());
        CPPUNIT_ASSERT_EQUAL(113U, read.frames[0].linkType);
        CPPUNIT_ASSERT_EQUAL(1U, read.frames[1].linkType);
        CPPUNIT_ASSERT_EQUAL(101U, read.frames[2].linkType);
        const Read stray = readAll(Writer(false).section().packet(0, 0, "x").text());
        CPPUNIT_ASSERT_EQUAL(std::string("byte 36: a packet of interface 0, and the section describes 0"),
                             stray.error);
    }

    void knowsResolutionsOfTenAndOfTwo()
    {
        struct Case
        {
            int resolution;
            std::uint64_t units;
            std::int64_t nanoseconds;
        };
        for (const Case& each : {Case{0, 5, 5'000'000'000}, Case{9, 7, 7}, Case{12, 5'000, 5},
                                 Case{0x80 | 1, 3, 1'500'000'000}, Case{0x80 | 20, 1 << 19, 500'000'000},
                                 Case{0x80 | 60, std::uint64_t{3} << 59U, 1'500'000'000}}) {
            const std::string resolution(1, static_cast<char>(each.resolution));
            const Read read = readAll(
                Writer(false).section().interface(1, {{9, resolution}}).packet(0, each.units, "x").text());
            CPPUNIT_ASSERT_EQUAL(each.nanoseconds, nanoseconds(read.frames.at(0)));
        }
        const std::string later("\x01\0\0\0\0\0\0\0", 8);
        const Read shifted =
            readAll(Writer(false).section().interface(1, {{14, later}}).packet(0, 1, "x").text());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1'000'001'000}, nanoseconds(shifted.frames.at(0)));
        const Read never = readAll(
            Writer(false).section().interface(1, {{9, std::string(1, '\0')}}).packet(0, ~0ULL, "x").text());
        CPPUNIT_ASSERT(!never.frames.at(0).time);
    }

    void readsSimpleAndObsoletePacketBlocks()
    {
        Writer file(false);
        file.section().interface(1);
        file.block(3, Writer(false).u32(6).bytes("simple").pad());
        file.block(2, Writer(false).u16(0).u16(4).u32(0).u32(9).u32(3).u32(3).bytes("old").pad());
        const Read read = readAll(file.text());
        CPPUNIT_ASSERT_EQUAL(std::string(), read.error);
        CPPUNIT_ASSERT_EQUAL(std::string("simple"), dataOf(read.frames.at(0)));
        CPPUNIT_ASSERT(!read.frames[0].time);
        CPPUNIT_ASSERT_EQUAL(std::string("old"), dataOf(read.frames.at(1)));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{4}, read.frames[1].lost);
    }

    void passesOverBlocksThatItDoesNotKnow()
    {
        Writer file(false);
        file.section().block(5, Writer(false).u32(0)).interface(1).block(0xbad, Writer(false).bytes("what"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, readAll(file.packet(0, 0, "x").text()).frames.size());
    }

    void readsPcapOfEveryMagic()
    {
        for (const bool big : {false, true})
            for (const std::uint32_t magic : {0xa1b2c3d4U, 0xa1b23c4dU}) {
                Writer file(big);
                file.u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65'535).u32(0xf0000071);
                file.u32(10).u32(20).u32(3).u32(1'000).bytes("abc");
                file.u32(11).u32(0).u32(0).u32(0);
                const Read read = readAll(file.text());
                CPPUNIT_ASSERT_EQUAL(std::string(), read.error);
                CPPUNIT_ASSERT_EQUAL(std::size_t{2}, read.frames.size());
                CPPUNIT_ASSERT_EQUAL(magic == 0xa1b2c3d4U ? std::int64_t{10'000'020'000} : 10'000'000'020,
                                     nanoseconds(read.frames[0]));
                CPPUNIT_ASSERT_EQUAL(113U, read.frames[0].linkType);
                CPPUNIT_ASSERT_EQUAL(std::uint64_t{1'000}, read.frames[0].originalSize);
                CPPUNIT_ASSERT_EQUAL(std::string("abc"), dataOf(read.frames[0]));
                const Read cut = readAll(file.text().substr(0, 42));
                CPPUNIT_ASSERT_EQUAL(
                    std::string("byte 42: the file ends within the record that begins at byte 24"),
                    cut.error);
            }
    }

    /// Wherever it is cut, what came before is read, and else there is an error.
    void saysWhereACutFileEnds()
    {
        const std::string whole = ownTrace();
        const std::size_t second = readAll(whole).frames.at(1).offset;
        const std::size_t first = readAll(whole).frames.at(0).offset;
        constexpr std::size_t section = 44;
        for (std::size_t size = 4; size < whole.size(); ++size) {
            const Read read = readAll(whole.substr(0, size));
            CPPUNIT_ASSERT_EQUAL(size < second ? std::size_t{0} : 1, read.frames.size());
            const bool isBetweenBlocks = size == section || size == first || size == second;
            CPPUNIT_ASSERT_EQUAL_MESSAGE(read.error, isBetweenBlocks, read.error.empty());
            if (!isBetweenBlocks)
                CPPUNIT_ASSERT_MESSAGE(read.error, read.error.starts_with("byte " + std::to_string(size) +
                                                                          ": the file ends within"));
        }
    }

    void saysWhereAFileIsDamaged()
    {
        const auto errorOf = [](const Writer& file) {
            return readAll(file.text()).error;
        };
        Writer good(false);
        good.section().interface(1);
        const std::size_t end = good.text().size();
        const auto expect = [&](std::size_t place, const std::string& what, const Writer& file) {
            CPPUNIT_ASSERT_EQUAL("byte " + std::to_string(place) + ": " + what, errorOf(file));
        };
        expect(end + 4, "a block of 13 bytes; their lengths are multiples of 4 and 12 at least",
               Writer(good).u32(6).u32(13));
        expect(end + 4, "a block of 4294967292 bytes; 16 MiB are the most",
               Writer(good).u32(6).u32(0xfffffffc));
        expect(end + 12, "the block says at its end that it has 99 bytes, and at its beginning 16",
               Writer(good).u32(5).u32(16).u32(0).u32(99));
        expect(end + 20, "a packet of 9 bytes in a block that has room for 4",
               Writer(good).block(6, Writer(false).u32(0).u32(0).u32(0).u32(9).u32(9).u32(0)));
        expect(end + 28, "an option of 99 bytes, which is more than its block has left",
               Writer(good).block(6, Writer(false).u32(0).u32(0).u32(0).u32(0).u32(0).u16(1).u16(99)));
        expect(8, "0x00000000 is no byte-order magic of pcapng",
               Writer(false).block(0x0a0d0d0a, Writer(false).u32(0).u32(0).u32(0).u32(0)));
        expect(12, "version 2 of pcapng; 1 is known",
               Writer(false).block(0x0a0d0d0a, Writer(false).u32(0x1a2b3c4d).u16(2).u16(0).u32(-1).u32(-1)));
    }

    void refusesOtherFiles()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("byte 0: neither a pcapng nor a pcap file begins like this"),
                             readAll("hello").error);
        CPPUNIT_ASSERT(!CaptureReader::isCapture({}));
        CPPUNIT_ASSERT(!CaptureReader::isCapture(asBytes("\x0a\x0d\x0d")));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CaptureReaderTest);

} // namespace waymark::discv4::decode

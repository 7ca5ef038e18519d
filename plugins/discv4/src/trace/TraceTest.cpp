#include "trace/Exchange.h"
#include "trace/Pcapng.h"
#include "trace/TracedSink.h"
#include "wire/Frame.h"

#include <waymark/testkit/ManualClock.h>
#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <iterator>
#include <semaphore>

namespace waymark::discv4::trace
{

class TraceTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(TraceTest);
    CPPUNIT_TEST(writesWhatCameAndWentInOrder);
    CPPUNIT_TEST(keepsNothingWhileItIsOff);
    CPPUNIT_TEST(datagramsWithoutLocalAddressGoByTheBoundOne);
    CPPUNIT_TEST(countsAndNotesWhatTheDiskIsTooSlowFor);
    CPPUNIT_TEST(aFullDiskEndsItWithOneLineAndANewOneGoesOn);
    CPPUNIT_TEST_SUITE_END();

    struct Lines final : observe::LogChannel
    {
        std::mutex mutex;
        std::vector<std::string> lines;
        bool enabled(observe::LogLevel, std::string_view) const noexcept override { return true; }
        void write(observe::LogLevel, std::string_view, std::string_view event,
                   std::span<const observe::LogField>, std::string_view) noexcept override
        {
            const std::lock_guard lock(mutex);
            lines.emplace_back(event);
        }
        std::vector<std::string> all()
        {
            const std::lock_guard lock(mutex);
            return lines;
        }
    };

    /// A disk on which files open when the test says so.
    struct SlowFiles final : FileSystem
    {
        FileSystem& real = systemFiles();
        std::binary_semaphore opens{0};

        int open(const char* file, int flags, mode_t mode) noexcept override
        {
            opens.acquire();
            return real.open(file, flags, mode);
        }
        int openTemporary(char* pattern, int flags) noexcept override
        {
            return real.openTemporary(pattern, flags);
        }
        ssize_t read(int file, void* buffer, std::size_t size) noexcept override
        {
            return real.read(file, buffer, size);
        }
        ssize_t write(int file, const void* data, std::size_t size) noexcept override
        {
            return real.write(file, data, size);
        }
        int sync(int file) noexcept override { return real.sync(file); }
        int close(int file) noexcept override { return real.close(file); }
        int rename(const char* from, const char* to) noexcept override { return real.rename(from, to); }
        int link(const char* existing, const char* name) noexcept override
        {
            return real.link(existing, name);
        }
        int remove(const char* file) noexcept override { return real.remove(file); }
        int makeFolder(const char* folder, mode_t mode) noexcept override
        {
            return real.makeFolder(folder, mode);
        }
    };

    struct Nowhere final : net::DatagramSink
    {
        int sent = 0;
        void send(const net::Datagram&) override { ++sent; }
    };

    testkit::TemporaryFolder _folder;
    testkit::ManualClock _clock;
    observe::MetricRegistry _metrics;
    std::shared_ptr<Lines> _lines = std::make_shared<Lines>();
    const node::Endpoint _own = node::Endpoint::parse("0.0.0.0:30303").value();
    const node::Endpoint _peer = node::Endpoint::parse("192.0.2.7:30304").value();
    const Bytes _ping = packet(1);
    const Bytes _pong = packet(2);

    static Bytes packet(Byte type)
    {
        Bytes made(wire::minimumPacket, 0xaa);
        made[wire::headSize] = type;
        return made;
    }

    TraceOptions options() const { return {_folder.path() / "trace.pcapng", 1'000'000, 1}; }

    std::string content() const
    {
        std::ifstream in(options().file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    double counted(const char* result) const
    {
        return _metrics.value("waymark_discv4_trace_datagrams_total", {{"result", result}}).value();
    }

    std::unique_ptr<Trace> trace(FileSystem& files = systemFiles())
    {
        auto made = std::make_unique<Trace>(_clock, _metrics, observe::Log(_lines, "discv4"), files);
        made->bound(_own);
        return made;
    }

    std::string captureOf(const std::vector<Record>& records) const
    {
        Bytes bytes = pcapngHeader("discv4");
        for (const Record& record : records)
            appendPcapng(bytes, record);
        return {bytes.begin(), bytes.end()};
    }

    void writesWhatCameAndWentInOrder()
    {
        Nowhere nowhere;
        const auto local = node::IpAddress::v4(198, 51, 100, 1);
        const auto traced = trace();
        traced->set(options());
        {
            const net::Datagram came{_peer, local, _ping};
            Exchange exchange(came, nowhere, *traced);
            exchange.send({_peer, local, _pong});
            exchange.end(std::nullopt);
            Exchange refused(came, nowhere, *traced);
            refused.end(wire::Drop::rateLimited);
            const net::Datagram foreign{_peer, local, asBytes("hello")};
            Exchange unknown(foreign, nowhere, *traced);
            unknown.end(wire::Drop::tooShort);
            TracedSink(nowhere, *traced).send({_peer, local, _ping});
        }
        traced->set(std::nullopt);
        const node::Endpoint here{local, _own.port};
        const WallTime now = _clock.wallNow();
        const ByteView hello = asBytes("hello");
        CPPUNIT_ASSERT(content() == captureOf({{now, Direction::inbound, _peer, here, _ping, "ping", 0},
                                               {now, Direction::outbound, here, _peer, _pong, "pong", 0},
                                               {now, Direction::inbound, _peer, here, _ping,
                                                "ping, dropped: rate_limited", 0},
                                               {now,
                                                Direction::inbound,
                                                _peer,
                                                here,
                                                {hello.begin(), hello.end()},
                                                "dropped: too_short",
                                                0},
                                               {now, Direction::outbound, here, _peer, _ping, "ping", 0}}));
        CPPUNIT_ASSERT_EQUAL(2, nowhere.sent);
        CPPUNIT_ASSERT_EQUAL(5.0, counted("written"));
        CPPUNIT_ASSERT_EQUAL(0.0, counted("lost"));
    }

    void keepsNothingWhileItIsOff()
    {
        Nowhere nowhere;
        const auto traced = trace();
        TracedSink(nowhere, *traced).send({_peer, {}, _ping});
        traced->set(options());
        traced->set(std::nullopt);
        CPPUNIT_ASSERT(!traced->isOn());
        TracedSink(nowhere, *traced).send({_peer, {}, _ping});
        CPPUNIT_ASSERT(content() == captureOf({}));
        CPPUNIT_ASSERT_EQUAL(2, nowhere.sent);
        CPPUNIT_ASSERT_EQUAL(0.0, counted("written") + counted("lost"));
    }

    void datagramsWithoutLocalAddressGoByTheBoundOne()
    {
        const auto six = node::Endpoint::parse("[::]:30306").value();
        const auto peerSix = node::Endpoint::parse("[2001:db8::7]:9").value();
        const auto traced = trace();
        traced->bound(six);
        traced->set(options());
        traced->sent({_peer, {}, _ping});
        traced->sent({peerSix, {}, _ping});
        traced->set(std::nullopt);
        const WallTime now = _clock.wallNow();
        CPPUNIT_ASSERT(content() == captureOf({{now, Direction::outbound, _own, _peer, _ping, "ping", 0},
                                               {now, Direction::outbound, six, peerSix, _ping, "ping", 0}}));
    }

    void countsAndNotesWhatTheDiskIsTooSlowFor()
    {
        SlowFiles files;
        const auto traced = trace(files);
        traced->set(options());
        for (std::size_t i = 0; i < Trace::capacity + 3; ++i)
            traced->sent({_peer, {}, _ping});
        CPPUNIT_ASSERT_EQUAL(3.0, counted("lost"));
        files.opens.release();
        const auto full = static_cast<double>(Trace::capacity);
        while (counted("written") < full)
            std::this_thread::yield();
        traced->sent({_peer, {}, _pong});
        traced->set(std::nullopt);
        CPPUNIT_ASSERT_EQUAL(full + 1, counted("written"));
        std::vector<Record> expected(Trace::capacity,
                                     {_clock.wallNow(), Direction::outbound, _own, _peer, _ping, "ping", 0});
        expected.push_back({_clock.wallNow(), Direction::outbound, _own, _peer, _pong, "pong", 3});
        CPPUNIT_ASSERT(content() == captureOf(expected));
    }

    void aFullDiskEndsItWithOneLineAndANewOneGoesOn()
    {
        testkit::fault::FaultInjector disk(_folder.path());
        const auto traced = trace(disk.files());
        disk.fillDisk(500);
        traced->set(options());
        while (traced->isOn())
            traced->sent({_peer, {}, _ping});
        for (int i = 0; i < 10; ++i)
            traced->sent({_peer, {}, _ping});
        traced->set(std::nullopt);
        CPPUNIT_ASSERT((_lines->all() == std::vector<std::string>{"discv4.tracing", "discv4.trace_ended"}));
        CPPUNIT_ASSERT(counted("written") < 5);
        disk.mend();
        traced->set(options());
        traced->sent({_peer, {}, _pong});
        traced->set(std::nullopt);
        CPPUNIT_ASSERT(content() ==
                       captureOf({{_clock.wallNow(), Direction::outbound, _own, _peer, _pong, "pong", 0}}));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TraceTest);

} // namespace waymark::discv4::trace

#include "Utility.h"
#include "wire/Encode.h"

#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>

namespace waymark::discv4::testing
{

class DecodeCommandTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(DecodeCommandTest);
    CPPUNIT_TEST(explainsWhatADaemonCaptured);
    CPPUNIT_TEST(readsACaptureFromStandardInput);
    CPPUNIT_TEST(explainsAPacketInHexDigits);
    CPPUNIT_TEST(saysWhereAPacketIsDamaged);
    CPPUNIT_TEST(saysWhereACaptureIsCut);
    CPPUNIT_TEST(readsAPacketOnEachLine);
    CPPUNIT_TEST(refusesWhatIsNeitherPacketNorFile);
    CPPUNIT_TEST_SUITE_END();

    const testkit::TemporaryFolder _folder;

    /// A PING of the utility and its answers, in a capture of the daemon's that is closed.
    std::string captured() const
    {
        testkit::Daemon daemon(_folder.path(),
                               {{"discv4.trace", "trace.pcapng"}, {"discv4.probe-interval", "0s"}});
        CPPUNIT_ASSERT_EQUAL(0, waymark({"ping", "--timeout", "30s", enodeOf(daemon)}).code);
        daemon.process().signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL(0, daemon.process().waitForExit().value());
        for (const auto& entry : std::filesystem::recursive_directory_iterator(_folder.path()))
            if (entry.path().extension() == ".pcapng")
                return entry.path().string();
        CPPUNIT_FAIL("there is no capture");
        return {};
    }

    static std::string pingInHex()
    {
        const auto key = testkit::testKey(1);
        const wire::Encoder encoder([&](const node::Hash256& digest) { return key.sign(digest); });
        return toHex(encoder.encode(wire::Ping{{}, {}, 1'700'000'000, 7}).bytes);
    }

public:
    void explainsWhatADaemonCaptured()
    {
        const Outcome outcome = waymark({"discv4", "decode", "--json", captured()});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
        const auto packets = outcome.objects();
        std::multiset<std::string> types;
        std::set<std::string> senders;
        for (const auto& packet : packets) {
            CPPUNIT_ASSERT(packet->getValue<bool>("good"));
            CPPUNIT_ASSERT(!packet->getValue<bool>("expired"));
            types.insert(packet->getValue<std::string>("direction") + ' ' +
                         packet->getValue<std::string>("type"));
            senders.insert(packet->getValue<std::string>("sender"));
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, senders.size());
        for (const char* const each : {"inbound ping", "outbound ping", "outbound pong"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(each, std::size_t{1}, types.count(each));
        CPPUNIT_ASSERT(outcome.has(std::to_string(packets.size()) + " packets"));
    }

    void readsACaptureFromStandardInput()
    {
        const std::string file = captured();
        const auto fromFile = waymark({"decode", "--json", file});
        const auto fromPipe = shell("cat '" + file + "' | \"$WAYMARK\" decode --json -");
        CPPUNIT_ASSERT_EQUAL(fromFile.output, fromPipe.output);
        const auto noPort = shell("\"$WAYMARK\" decode --json --port 1 - < '" + file + "'");
        CPPUNIT_ASSERT_EQUAL(0, noPort.code);
        CPPUNIT_ASSERT_MESSAGE(noPort.output, noPort.output.starts_with("0 packets; "));
    }

    void explainsAPacketInHexDigits()
    {
        const Outcome outcome = waymark({"decode", pingInHex()});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.output, 0, outcome.code);
        CPPUNIT_ASSERT(outcome.has("1\t-\tsender\t" + testkit::testKey(1).publicKey().hex() + '\t'));
        CPPUNIT_ASSERT(outcome.has("\texpiration\t1700000000\t2023-11-14T22:13:20Z, had passed "));
    }

    void saysWhereAPacketIsDamaged()
    {
        std::string hex = pingInHex();
        hex[100] = hex[100] == '0' ? '1' : '0';
        const Outcome outcome = waymark({"decode", "--json", hex});
        CPPUNIT_ASSERT_EQUAL(65, outcome.code);
        CPPUNIT_ASSERT(outcome.has(R"("faults":[{"offset":0,"what":"the hash does not cover the rest)"));
        const Outcome odd = waymark({"decode", hex.substr(1)});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(odd.output, 64, odd.code);
    }

    void saysWhereACaptureIsCut()
    {
        const std::string file = captured();
        const auto whole = std::filesystem::file_size(file);
        std::filesystem::resize_file(file, whole - 6);
        const Outcome outcome = waymark({"decode", "--json", file});
        CPPUNIT_ASSERT_EQUAL(65, outcome.code);
        CPPUNIT_ASSERT_MESSAGE(outcome.output, outcome.has(file + ": byte " + std::to_string(whole - 6) +
                                                           ": the file ends within the block"));
        CPPUNIT_ASSERT_MESSAGE(outcome.output, outcome.objects().size() >= 2);
    }

    void readsAPacketOnEachLine()
    {
        const auto file =
            _folder.write("packets", "# two\n" + pingInHex() + "\n\n" + pingInHex() + "\n").string();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, waymark({"decode", "--json", file}).objects().size());
        const auto text = _folder.write("text", "no digits\n").string();
        const Outcome outcome = waymark({"decode", text});
        CPPUNIT_ASSERT_EQUAL(65, outcome.code);
        CPPUNIT_ASSERT_MESSAGE(outcome.output, outcome.has("line 1: neither a capture"));
    }

    void refusesWhatIsNeitherPacketNorFile()
    {
        CPPUNIT_ASSERT_EQUAL(74, waymark({"decode", "/nonexistent"}).code);
        CPPUNIT_ASSERT_EQUAL(74, waymark({"decode", _folder.path().string()}).code);
        CPPUNIT_ASSERT_EQUAL(64, waymark({"decode"}).code);
        CPPUNIT_ASSERT_EQUAL(64, waymark({"decode", "--port", "0", "00"}).code);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DecodeCommandTest);

} // namespace waymark::discv4::testing

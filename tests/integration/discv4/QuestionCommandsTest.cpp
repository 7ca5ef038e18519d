#include "CommandRun.h"
#include "LinkedBootnode.h"
#include "commands/EnrRequestCommand.h"
#include "commands/FindNodeCommand.h"

#include <waymark/node/Enr.h>
#include <waymark/node/KeyFile.h>
#include <waymark/testkit/TestKeys.h>

#include <Poco/JSON/Array.h>
#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <set>
#include <string>
#include <vector>

namespace waymark::discv4::testing
{

namespace
{

constexpr std::uint64_t registered = 20;
const node::IpAddress loopback = node::IpAddress::v4(127, 0, 0, 1);

node::PublicKey peerKey(std::uint64_t number)
{
    return testkit::testKey(100 + number).publicKey();
}

void enrollPeers(LinkedBootnode& bootnode)
{
    for (std::uint64_t i = 0; i < registered; ++i)
        bootnode.enroll(peerKey(i), {loopback, static_cast<std::uint16_t>(40000 + i), 40404});
}

} // namespace

/// findnode and enr-request, at a bootnode that wants endpoint proofs.
class QuestionCommandsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(QuestionCommandsTest);
    CPPUNIT_TEST(findsTheNodesNearestToATarget);
    CPPUNIT_TEST(findsNodesNearToAHash);
    CPPUNIT_TEST(saysThatANodeKnowsNoOthers);
    CPPUNIT_TEST(refusesTargetsThatAreNone);
    CPPUNIT_TEST(endsWith69WhereNobodyListens);
    CPPUNIT_TEST(showsTheRecordOfANode);
    CPPUNIT_TEST(printsTheRecordAlone);
    CPPUNIT_TEST(asksWithAKeyThatTheNodeKnows);
    CPPUNIT_TEST(asksOverTheFamilyThatIsWanted);
    CPPUNIT_TEST_SUITE_END();

public:
    void findsTheNodesNearestToATarget()
    {
        LinkedBootnode bootnode;
        enrollPeers(bootnode);
        const std::string target = peerKey(3).hex();
        const CommandRun run(FindNodeCommand(), {"--json", bootnode.enode(), target});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(run.error, 0, run.code);
        const auto nodes = Poco::JSON::Parser().parse(run.out).extract<Poco::JSON::Array::Ptr>();
        CPPUNIT_ASSERT_EQUAL_MESSAGE("two datagrams", std::size_t{16}, nodes->size());
        const auto first = nodes->getObject(0);
        CPPUNIT_ASSERT_EQUAL(target, first->getValue<std::string>("public_key"));
        CPPUNIT_ASSERT_EQUAL(0, first->getValue<int>("distance"));
        CPPUNIT_ASSERT_EQUAL(40003, first->getValue<int>("udp_port"));
        CPPUNIT_ASSERT_EQUAL(40404, first->getValue<int>("tcp_port"));
        CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1"), first->getValue<std::string>("ip"));
        int last = 0;
        for (std::size_t i = 1; i < nodes->size(); ++i) {
            const int distance = nodes->getObject(static_cast<unsigned>(i))->getValue<int>("distance");
            CPPUNIT_ASSERT_MESSAGE("nearest first", distance >= last);
            last = distance;
        }
    }

    void findsNodesNearToAHash()
    {
        LinkedBootnode bootnode;
        enrollPeers(bootnode);
        const CommandRun run(FindNodeCommand(), {bootnode.enode(), "0x" + toHex(peerKey(7).nodeId())});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(run.error, 0, run.code);
        // A dozen bits tell twenty peers apart.
        CPPUNIT_ASSERT_MESSAGE(run.out,
                               run.out.starts_with("0\t127.0.0.1\t40404\t40007\t" + peerKey(7).hex()));
    }

    void saysThatANodeKnowsNoOthers()
    {
        const LinkedBootnode bootnode;
        const CommandRun run(FindNodeCommand(), {"--json", bootnode.enode()});
        CPPUNIT_ASSERT_EQUAL(0, run.code);
        CPPUNIT_ASSERT_EQUAL(std::string("[]\n"), run.out);
        CPPUNIT_ASSERT(run.error.find("knows no nodes") != std::string::npos);
    }

    void refusesTargetsThatAreNone()
    {
        const std::string node = "enode://" + peerKey(1).hex() + "@127.0.0.1:30303";
        const CommandRun shortOne(FindNodeCommand(), {node, "0xabcd"});
        CPPUNIT_ASSERT_EQUAL(64, shortOne.code);
        CPPUNIT_ASSERT_MESSAGE(shortOne.error, shortOne.error.ends_with("\n  0xabcd\n        ^\n"));
        const CommandRun stranger(FindNodeCommand(), {node, "abxd"});
        CPPUNIT_ASSERT_EQUAL(64, stranger.code);
        CPPUNIT_ASSERT_MESSAGE(stranger.error, stranger.error.ends_with("\n  abxd\n    ^\n"));
        CPPUNIT_ASSERT_EQUAL(64, CommandRun(FindNodeCommand(), {node, "enode://x"}).code);
    }

    void endsWith69WhereNobodyListens()
    {
        const std::string gone = "enode://" + peerKey(1).hex() + "@127.0.0.1:9";
        const CommandRun find(FindNodeCommand(), {gone});
        CPPUNIT_ASSERT_EQUAL(69, find.code);
        CPPUNIT_ASSERT_MESSAGE(find.error, find.error.find("nothing listens") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(69, CommandRun(EnrRequestCommand(), {gone}).code);
    }

    void showsTheRecordOfANode()
    {
        const LinkedBootnode bootnode;
        const auto record = bootnode.local().record();
        const CommandRun run(EnrRequestCommand(), {"--json", bootnode.enode()});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(run.error, 0, run.code);
        const auto shown = run.objects().at(0);
        CPPUNIT_ASSERT_EQUAL(record->toString(), shown->getValue<std::string>("enr"));
        CPPUNIT_ASSERT_EQUAL(bootnode.key().hex(), shown->getValue<std::string>("public_key"));
        CPPUNIT_ASSERT_EQUAL(record->seq(), shown->getValue<Poco::UInt64>("seq"));
        CPPUNIT_ASSERT_EQUAL(int{bootnode.udp().port}, shown->getValue<int>("udp_port"));
        const CommandRun text(EnrRequestCommand(), {bootnode.enode()});
        CPPUNIT_ASSERT(text.out.find("\nseq\t" + std::to_string(record->seq()) + '\n') != std::string::npos);
    }

    void printsTheRecordAlone()
    {
        const LinkedBootnode bootnode;
        const CommandRun run(EnrRequestCommand(), {"--raw", bootnode.enode()});
        CPPUNIT_ASSERT_EQUAL(bootnode.local().record()->toString() + '\n', run.out);
    }

    void asksWithAKeyThatTheNodeKnows()
    {
        const LinkedBootnode bootnode;
        const auto file = bootnode.folder() / "client.key";
        CPPUNIT_ASSERT(node::writeKeyFile(file, testkit::testKey(77)));
        for (int i = 0; i < 2; ++i) {
            const CommandRun run(EnrRequestCommand(), {"--key", file.string(), bootnode.enode()});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(run.error, 0, run.code);
        }
        const auto nodes = bootnode.discovery().nodes();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, nodes.size());
        CPPUNIT_ASSERT(testkit::testKey(77).publicKey() == nodes.front().key);
    }

    void asksOverTheFamilyThatIsWanted()
    {
        const LinkedBootnode bootnode; // serves IPv4 only
        const auto nowhere = node::IpAddress::parse("::1").value();
        const std::string both = node::EnrBuilder()
                                     .endpoint({loopback, bootnode.udp().port, 0})
                                     .endpoint({nowhere, 9, 0})
                                     .sign(testkit::testKey(5))
                                     .value()
                                     .toString();
        const auto asked = [](const std::string& node, const std::vector<std::string>& families) {
            std::vector<std::string> words{"--timeout", "100ms", "--tries", "1", node};
            words.insert(words.begin(), families.begin(), families.end());
            return CommandRun(FindNodeCommand(), words).error;
        };
        const auto names = [](const std::string& error, const std::string& what) {
            CPPUNIT_ASSERT_MESSAGE(error, error.find(what) != std::string::npos);
        };
        names(asked(both, {}), "127.0.0.1:");
        names(asked(both, {"--ipv4"}), "127.0.0.1:");
        names(asked(both, {"--ipv6"}), "[::1]:9");
        names(asked(bootnode.enode(), {"--ipv6"}), "NODE has no IPv6 address");
        names(asked(both, {"--ipv4", "--ipv6"}), "either --ipv4 or --ipv6");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(QuestionCommandsTest);

} // namespace waymark::discv4::testing

#include "commands/ResolveCommand.h"

#include "CommandRun.h"
#include "LinkedBootnode.h"

#include <waymark/node/Enr.h>
#include <waymark/node/KeyFile.h>
#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <string>
#include <vector>

namespace waymark::discv4::testing
{

namespace
{

const node::IpAddress loopback = node::IpAddress::v4(127, 0, 0, 1);

CommandRun resolve(const std::vector<std::string>& words)
{
    return {ResolveCommand(), words};
}

/// Where nothing listens.
const node::Endpoint closedEndpoint{node::IpAddress::v4(127, 0, 0, 1), 9};

} // namespace

/// A bootnode, and a node that it knows.
class ResolveCommandTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ResolveCommandTest);
    CPPUNIT_TEST(asksTheNodeItself);
    CPPUNIT_TEST(findsANodeByItsId);
    CPPUNIT_TEST(findsANodeThatLeftTheAddressOfItsOldRecord);
    CPPUNIT_TEST(readsBootnodesFromAFile);
    CPPUNIT_TEST(triesABootnodeThatIsTheNode);
    CPPUNIT_TEST(saysThatNobodyKnowsTheNode);
    CPPUNIT_TEST(saysWhatCannotBeResolved);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override
    {
        _folder = std::make_unique<testkit::TemporaryFolder>();
        const auto file = _folder->path() / "node.key";
        CPPUNIT_ASSERT(node::writeKeyFile(file, testkit::testKey(50)));
        _bootnode = std::make_unique<LinkedBootnode>();
        _node = std::make_unique<LinkedBootnode>(
            testkit::Properties{{"node.key", file.string()}, {"discv4.bootnodes", _bootnode->enode()}});
        _bootnode->awaitUntil("the node is known", [&] { return _bootnode->discovery().nodeCount() == 1; });
    }

    void tearDown() override
    {
        _node.reset();
        _bootnode.reset();
        _folder.reset();
    }

    void asksTheNodeItself()
    {
        const auto run = resolve({"--json", _node->enode()});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(run.error, 0, run.code);
        assertFound(run, "asking it");
    }

    void findsANodeByItsId()
    {
        const auto run = resolve({"--json", "--bootnodes", _bootnode->enode(), _node->key().hex()});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(run.error, 0, run.code);
        assertFound(run, "lookup");
        CPPUNIT_ASSERT(!run.objects().at(0)->has("given_seq"));
    }

    void findsANodeThatLeftTheAddressOfItsOldRecord()
    {
        const auto& closed = closedEndpoint;
        const auto old = node::EnrBuilder()
                             .seq(1)
                             .endpoint({closed.ip, closed.port, 0})
                             .sign(testkit::testKey(50))
                             .value()
                             .toString();
        const auto run = resolve({"--json", "--bootnodes", _bootnode->enode(), old});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(run.error, 0, run.code);
        assertFound(run, "lookup");
        CPPUNIT_ASSERT_EQUAL(1, run.objects().at(0)->getValue<int>("given_seq"));
        const auto alone = resolve({old});
        CPPUNIT_ASSERT_EQUAL(69, alone.code);
        CPPUNIT_ASSERT_MESSAGE(alone.error, alone.error.find("--bootnodes") != std::string::npos);
    }

    void readsBootnodesFromAFile()
    {
        const auto file = _folder->path() / "bootnodes";
        std::ofstream(file) << "# ours\n" << _bootnode->enode() << "\n";
        const auto run = resolve({"--raw", "--bootnodes", '@' + file.string(), "0x" + _node->key().hex()});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(run.error, 0, run.code);
        CPPUNIT_ASSERT_EQUAL(_node->local().record()->toString() + '\n', run.out);
        CPPUNIT_ASSERT_EQUAL(74, resolve({"--bootnodes", "@/nowhere/at/all", _node->enode()}).code);
        std::ofstream(file) << "# ours\n\nenode://12@127.0.0.1:1\n";
        const auto wrong = resolve({"--bootnodes", '@' + file.string(), _node->enode()});
        CPPUNIT_ASSERT_EQUAL(64, wrong.code);
        CPPUNIT_ASSERT_MESSAGE(wrong.error,
                               wrong.error.find(file.string() + ", line 3: ") != std::string::npos);
    }

    void triesABootnodeThatIsTheNode()
    {
        const auto run = resolve({"--bootnodes", _node->enode(), _node->key().hex()});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(run.error, 0, run.code);
    }

    void saysThatNobodyKnowsTheNode()
    {
        const auto run = resolve({"--bootnodes", _bootnode->enode(), testkit::testKey(60).publicKey().hex()});
        CPPUNIT_ASSERT_EQUAL(69, run.code);
        CPPUNIT_ASSERT_MESSAGE(run.error, run.error.find("none told of it") != std::string::npos);
    }

    void saysWhatCannotBeResolved()
    {
        for (const std::string& word :
             {std::string("foo"), _node->key().hex().substr(1), std::string("enr:!")}) {
            const auto run = resolve({"--bootnodes", _bootnode->enode(), word});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(word, 64, run.code);
            CPPUNIT_ASSERT_MESSAGE(run.error, run.error.find("\n  ") != std::string::npos &&
                                                  run.error.find('^') != std::string::npos);
        }
        CPPUNIT_ASSERT_EQUAL(64, resolve({_node->key().hex()}).code);
        CPPUNIT_ASSERT_EQUAL(64, resolve({"--bootnodes", "x", _node->enode()}).code);
    }

private:
    void assertFound(const CommandRun& run, const std::string& how) const
    {
        const auto found = run.objects().at(0);
        CPPUNIT_ASSERT_EQUAL(_node->udp().toString(), found->getValue<std::string>("answered_at"));
        CPPUNIT_ASSERT_EQUAL(how, found->getValue<std::string>("found_by"));
        CPPUNIT_ASSERT_EQUAL(_node->local().record()->toString(), found->getValue<std::string>("enr"));
    }

    std::unique_ptr<testkit::TemporaryFolder> _folder;
    std::unique_ptr<LinkedBootnode> _bootnode;
    std::unique_ptr<LinkedBootnode> _node;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ResolveCommandTest);

} // namespace waymark::discv4::testing

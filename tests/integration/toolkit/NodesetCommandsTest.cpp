#include "Examples.h"
#include "Program.h"

#include <waymark/node/Enr.h>
#include <waymark/testkit/Daemon.h>
#include <waymark/testkit/TestKeys.h>
#include <waymark/toolkit/nodeset/NodesJson.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>

namespace waymark::testing
{

namespace fs = std::filesystem;
using testkit::testKey;
using toolkit::nodeset::Entry;
using toolkit::nodeset::NodeSet;

namespace
{

/// `number` of the key is in its address and score.
Entry madeNode(std::uint64_t number, std::uint64_t seq = 1)
{
    const auto low = static_cast<Byte>(number % 256);
    const auto high = static_cast<Byte>(number / 256 % 256);
    Entry entry(node::EnrBuilder()
                    .seq(seq)
                    .endpoint({node::IpAddress::v4(10, high, 0, low), 30303, 30303})
                    .sign(testKey(number))
                    .value());
    entry.history.score = number;
    static const WallTime now = std::chrono::floor<std::chrono::seconds>(SystemClock().wallNow());
    entry.history.lastResponse = now - std::chrono::hours(number);
    return entry;
}

std::size_t linesOf(const std::string& text)
{
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

} // namespace

class NodesetCommandsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(NodesetCommandsTest);
    CPPUNIT_TEST(countsWhatIsInASet);
    CPPUNIT_TEST(convertsBetweenAllFormats);
    CPPUNIT_TEST(keepsNodesThatPass);
    CPPUNIT_TEST(mergesToTheNewest);
    CPPUNIT_TEST(writesAFileWholeOrNotAtAll);
    CPPUNIT_TEST(touchesNoOtherFile);
    CPPUNIT_TEST(leavesAFileToThoseWhoMayReadIt);
    CPPUNIT_TEST(tellsDamageAndGoesOn);
    CPPUNIT_TEST(strictRefusesDamage);
    CPPUNIT_TEST(refusesWhatIsNoSet);
    CPPUNIT_TEST(readsWhatADaemonServes);
    CPPUNIT_TEST(takesManyNodes);
    CPPUNIT_TEST_SUITE_END();

    /// A nodes.json of the nodes from 1 to `count`.
    std::string file(std::uint64_t count) const
    {
        NodeSet nodes;
        for (std::uint64_t number = 1; number <= count; ++number)
            nodes.merge(madeNode(number));
        CPPUNIT_ASSERT(saveNodesJson(_program.folder() / "nodes.json", nodes));
        return "nodes.json";
    }

    NodeSet load(const std::string& name) const
    {
        auto loaded = toolkit::nodeset::loadNodesJson(_program.folder() / name);
        CPPUNIT_ASSERT_MESSAGE(loaded ? "" : loaded.error().message, loaded && loaded->damaged.empty());
        return std::move(loaded->nodes);
    }

    void countsWhatIsInASet()
    {
        const auto facts = _program.good({"nodeset", "info", file(30), "--json"}).object();
        CPPUNIT_ASSERT_EQUAL(std::string("nodes-json"), facts->getValue<std::string>("format"));
        CPPUNIT_ASSERT_EQUAL(30, facts->getValue<int>("nodes"));
        CPPUNIT_ASSERT_EQUAL(30, facts->getValue<int>("best_score"));
        const auto network = facts->getArray("networks")->getObject(0);
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.0/16"), network->getValue<std::string>("value"));
        CPPUNIT_ASSERT_EQUAL(30, network->getValue<int>("nodes"));
        const std::string shown = _program.good({"nodeset", "info", "nodes.json"}).out;
        assertContains(shown, "nodes\t30\n");
        assertContains(shown, "family\tipv4\t30\t100.0 %\n");
        assertContains(shown, "answered\twithin 1d\t");
        assertContains(_program.good({"nodeset", "info", "-"}).out, "nodes\t0\n");
        const auto forked = node::EnrBuilder()
                                .entry("eth", fromHex("cac984fc64ec0483118c30").value())
                                .sign(testKey(1))
                                .value();
        assertContains(_program.good({"nodeset", "info", "-", "--json"}, forked.toString()).out,
                       R"("forks":[{"value":{"hash":"0xfc64ec04","next":1150000},"nodes":1}])");
        assertContains(_program.good({"nodeset", "info", "-"}, forked.toString()).out,
                       "fork\tfc64ec04/1150000\t1\t100.0 %\n");
    }

    void convertsBetweenAllFormats()
    {
        const std::string original = file(20);
        for (const std::string format : {"nodes-json", "csv", "list", "enrs", "enodes", "static-nodes"}) {
            const std::string text = _program.good({"nodeset", "convert", original, "--to", format}).out;
            const auto facts = _program.good({"nodeset", "info", "-", "--json"}, text).object();
            CPPUNIT_ASSERT_EQUAL_MESSAGE(format, 20, facts->getValue<int>("nodes"));
            const bool hasRecords = format != "enodes" && format != "static-nodes";
            CPPUNIT_ASSERT_EQUAL_MESSAGE(format, hasRecords ? 20 : 0, facts->getValue<int>("records"));
            // And back: what has a history keeps it.
            const std::string back =
                _program.good({"nodeset", "convert", "-", "--to", "nodes-json"}, text).out;
            CPPUNIT_ASSERT_EQUAL_MESSAGE(format, format == "csv" || format == "nodes-json",
                                         back == _program.read(original));
        }
        CPPUNIT_ASSERT_EQUAL(_program.read(original),
                             _program.good({"nodeset", "convert", original, "--json"}).out);
        const std::string csv = _program.good({"nodeset", "convert", original, "--to", "csv"}).out;
        CPPUNIT_ASSERT(
            csv.starts_with("node_id,seq,ip,tcp_port,udp_port,ip6,tcp6_port,udp6_port,fork_id,score,"
                            "first_response,last_response,last_check,record\n"));
        _program.bad(64, "--to is missing", {"nodeset", "convert", original});
        _program.bad(64, "--to needs one of", {"nodeset", "convert", original, "--to", "yaml"});
    }

    void keepsNodesThatPass()
    {
        const std::string original = file(30);
        const auto kept = [&](std::vector<std::string> words) {
            words.insert(words.begin(), {"nodeset", "filter", original, "--to", "enrs"});
            return linesOf(_program.good(words).out);
        };
        CPPUNIT_ASSERT_EQUAL(std::size_t{30}, kept({}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{11}, kept({"--min-score", "20"}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{7}, kept({"--limit", "7"}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{7}, kept({"--network", "10.0.0.0/29"}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, kept({"--family", "ipv6"}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, kept({"--entry", "eth"}));
        // The one of 5 hours ago answered a moment longer ago than that.
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, kept({"--answered-within", "5h"}));
        // Without --to a filter keeps the format.
        CPPUNIT_ASSERT_EQUAL(_program.read(original), _program.good({"nodeset", "filter", original}).out);
        _program.bad(64, "bits behind its prefix",
                     {"nodeset", "filter", original, "--network", "10.0.0.1/8"});
    }

    void mergesToTheNewest()
    {
        NodeSet first;
        first.merge(madeNode(1, 5));
        first.merge(madeNode(2, 5));
        NodeSet second;
        second.merge(madeNode(2, 6));
        second.merge(madeNode(3, 1));
        CPPUNIT_ASSERT(saveNodesJson(_program.folder() / "a.json", first));
        CPPUNIT_ASSERT(saveNodesJson(_program.folder() / "b.json", second));
        _program.write("c.txt", madeNode(1, 4).text() + '\n' + madeNode(4).text() + '\n');
        const auto done =
            _program
                .good({"nodeset", "merge", "a.json", "b.json", "-", "--out", "all.json", "--json"},
                      _program.read("c.txt"))
                .object();
        CPPUNIT_ASSERT_EQUAL(std::string("nodes-json"), done->getValue<std::string>("format"));
        CPPUNIT_ASSERT_EQUAL(6, done->getValue<int>("read"));
        CPPUNIT_ASSERT_EQUAL(4, done->getValue<int>("written"));
        const auto all = load("all.json");
        const auto seqOf = [&](std::uint64_t number) {
            return all.find(testKey(number).publicKey().nodeId())->seq();
        };
        CPPUNIT_ASSERT(seqOf(1) == 5 && seqOf(2) == 6 && seqOf(3) == 1 && seqOf(4) == 1);
        CPPUNIT_ASSERT(all.entries() ==
                       [&] {
                           NodeSet expected = first;
                           expected.merge(madeNode(2, 6));
                           expected.merge(madeNode(3, 1));
                           Entry bare = madeNode(4);
                           bare.history = {};
                           expected.merge(bare);
                           return expected;
                       }()
                           .entries());
        _program.bad(64, "can be read once", {"nodeset", "merge", "-", "-"});
    }

    void writesAFileWholeOrNotAtAll()
    {
        const std::string original = file(3);
        // Over its own input, which was read before.
        const std::string whole = _program.read(original);
        _program.bad(74, "nodes.json exists already; --force replaces it",
                     {"nodeset", "filter", original, "--limit", "2", "--out", original});
        CPPUNIT_ASSERT_EQUAL(whole, _program.read(original));
        _program.good({"nodeset", "filter", original, "--limit", "2", "--out", original, "--force"});
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, load(original).size());
        const std::string before = _program.read(original);
        _program.write("broken.json", before.substr(0, before.size() / 2));
        _program.bad(65, "broken.json: it is no nodes.json",
                     {"nodeset", "convert", "broken.json", "--to", "csv", "--out", original, "--force"});
        CPPUNIT_ASSERT_EQUAL(before, _program.read(original));
        _program.bad(64, "is no regular file", {"nodeset", "filter", original, "--out", "/dev/null"});
        _program.bad(64, "is no regular file", {"nodeset", "filter", original, "--out", "."});
        _program.bad(74, "there is no folder nod1", {"nodeset", "merge", original, "--out", "nod1/a.json"});
        CPPUNIT_ASSERT(!fs::exists(_program.folder() / "nod1"));
        for (const auto& entry : fs::directory_iterator(_program.folder()))
            CPPUNIT_ASSERT_MESSAGE(entry.path().string(),
                                   entry.path().string().find(".new") == std::string::npos);
    }

    void touchesNoOtherFile()
    {
        const std::string original = file(3);
        const std::string before = _program.read(original);
        fs::rename(_program.folder() / original, _program.folder() / "all.json.new");
        _program.good({"nodeset", "filter", "all.json.new", "--limit", "2", "--out", "all.json"});
        CPPUNIT_ASSERT_EQUAL(before, _program.read("all.json.new"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, load("all.json").size());
    }

    void leavesAFileToThoseWhoMayReadIt()
    {
        const std::string original = file(3);
        const auto name = _program.folder() / original;
        const auto modeOf = [](const fs::path& of) {
            return static_cast<unsigned>(fs::status(of).permissions());
        };
        _program.good({"nodeset", "convert", original, "--to", "static-nodes", "--out", "static-nodes.json"});
        CPPUNIT_ASSERT_EQUAL(0600U, modeOf(_program.folder() / "static-nodes.json"));
        for (const unsigned mode : {0644U, 0640U}) {
            fs::permissions(name, fs::perms(mode));
            _program.good({"nodeset", "filter", original, "--out", original, "--force"});
            CPPUNIT_ASSERT_EQUAL(mode, modeOf(name));
        }
        const std::string before = _program.read(original);
        fs::create_symlink(original, _program.folder() / "link.json");
        _program.bad(64, "link.json: is a symbolic link: name the file that it leads to",
                     {"nodeset", "filter", original, "--limit", "1", "--out", "link.json", "--force"});
        CPPUNIT_ASSERT_EQUAL(before, _program.read(original));
    }

    void tellsDamageAndGoesOn()
    {
        std::string text = "# nodes\n";
        for (std::uint64_t number = 1; number <= 15; ++number)
            text += madeNode(number).text().substr(0, 70 + number) + '\n';
        text += madeNode(1).text() + "\n";
        const Ran ran = _program.run({"nodeset", "filter", _program.write("list.txt", text)});
        CPPUNIT_ASSERT_EQUAL(0, ran.code);
        CPPUNIT_ASSERT_EQUAL(madeNode(1).text() + '\n', ran.out);
        assertContains(ran.error, "nodeset filter: list.txt: line 2: ENR");
        assertContains(ran.error, "list.txt: line 11: ENR");
        assertContains(ran.error, "list.txt: 15 entries are damaged and left out\n");
        CPPUNIT_ASSERT_EQUAL(std::size_t{11}, linesOf(ran.error)); // ten of them and the sum
        CPPUNIT_ASSERT_EQUAL(
            15, _program.run({"nodeset", "info", "list.txt", "--json"}).object()->getValue<int>("damaged"));
    }

    void strictRefusesDamage()
    {
        const std::string list = _program.write("list.txt", madeNode(1).text() + "\nenr:AAAA\n");
        _program.bad(65, "line 2: ENR", {"nodeset", "filter", list, "--strict"});
        _program.bad(65, "1 entry is damaged, which --strict refuses", {"nodeset", "info", list, "--strict"});
        _program.bad(65, "damaged", {"nodeset", "merge", list, "--strict", "--out", "out.txt"});
        CPPUNIT_ASSERT(!fs::exists(_program.folder() / "out.txt"));
        _program.good({"nodeset", "info", _program.write("good.txt", madeNode(1).text()), "--strict"});
    }

    void refusesWhatIsNoSet()
    {
        _program.bad(65, "it is no set of nodes", {"nodeset", "info", "-"}, "hello");
        _program.bad(65, "it is no static-nodes.json", {"nodeset", "info", "-"}, "[\"enode");
        _program.bad(65, "no JSON object", {"nodeset", "info", "-", "--from", "nodes-json"}, "[]");
        _program.bad(74, "none.json: cannot be opened: No such file", {"nodeset", "info", "none.json"});
        _program.bad(74, "is a folder", {"nodeset", "info", "."});
        _program.bad(64, "FILE is missing", {"nodeset", "info"});
    }

    void readsWhatADaemonServes()
    {
        const testkit::TemporaryFolder folder;
        const testkit::Daemon daemon(folder.path(), {});
        for (std::uint64_t number = 1; number <= 3; ++number)
            CPPUNIT_ASSERT_EQUAL(
                201, daemon.rest().post("/peers", R"({"enr": ")" + madeNode(number).text() + "\"}").status);
        const auto served = daemon.rest().get("/static-nodes.json").body;
        const auto facts = _program.good({"nodeset", "info", "-", "--json"}, served).object();
        CPPUNIT_ASSERT_EQUAL(3, facts->getValue<int>("nodes"));
        const auto urls = _program.good({"nodeset", "convert", "-", "--to", "enodes"}, served).out;
        for (std::uint64_t number = 1; number <= 3; ++number)
            assertContains(urls, madeNode(number).url()->toString() + '\n');
    }

    void takesManyNodes()
    {
        constexpr int many = 3000;
        const auto facts = _program.good({"nodeset", "info", file(many), "--json"}).object();
        CPPUNIT_ASSERT_EQUAL(many, facts->getValue<int>("nodes"));
        _program.good({"nodeset", "convert", "nodes.json", "--to", "csv", "--out", "nodes.csv"});
        _program.good({"nodeset", "convert", "nodes.csv", "--to", "nodes-json", "--out", "again.json"});
        CPPUNIT_ASSERT(_program.read("nodes.json") == _program.read("again.json"));
    }

    Program _program;
};

CPPUNIT_TEST_SUITE_REGISTRATION(NodesetCommandsTest);

} // namespace waymark::testing

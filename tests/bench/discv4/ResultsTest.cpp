#include "discv4/Results.h"

#include "discv4/Plot.h"

#include <waymark/testkit/TemporaryFolder.h>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <iterator>
#include <string>

namespace waymark::bench
{

class ResultsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ResultsTest);
    CPPUNIT_TEST(targetsAreMetAtTheirBound);
    CPPUNIT_TEST(digitsAreGrouped);
    CPPUNIT_TEST(everythingIsInTheJson);
    CPPUNIT_TEST(thePlotHasABarForEachRow);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;

    static Results results()
    {
        Results made;
        made.machine = "a <small> machine & no other";
        Row ping;
        ping.what = "PING";
        ping.panel = "requests";
        ping.peers = 16;
        ping.perSecond = 20'000;
        ping.processorUs = 50;
        ping.curveUs = 45;
        ping.hashedUs = 47.5;
        ping.reused = 0.25;
        Row flood = ping;
        flood.what = "bad hash";
        flood.panel = "garbage";
        flood.curveUs = 0;
        flood.reused.reset();
        flood.outcomes = {{"bad_hash", 1}};
        Row latency = ping;
        latency.what = "mix";
        latency.panel = "latency";
        latency.latency = Latency{0.1, 0.2, 0.5, 3, 1'000, 1, false};
        made.rows = {ping, flood, latency};
        made.targets = {{"PING", true, 0.9, ping.ratio()}};
        return made;
    }

public:
    void targetsAreMetAtTheirBound()
    {
        CPPUNIT_ASSERT((Target{"", true, 0.9, 0.9}).isMet());
        CPPUNIT_ASSERT(!(Target{"", true, 0.9, 0.89}).isMet());
        CPPUNIT_ASSERT((Target{"", false, 10, 10}).isMet());
        CPPUNIT_ASSERT(!(Target{"", false, 10, 10.1}).isMet());
        CPPUNIT_ASSERT_EQUAL(std::string("not known"),
                             std::string(Target{"", false, 10, 10.1, "", true}.verdict()));
    }

    void digitsAreGrouped()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("0"), grouped(0));
        CPPUNIT_ASSERT_EQUAL(std::string("999"), grouped(999));
        CPPUNIT_ASSERT_EQUAL(std::string("1,000,000"), grouped(1e6));
        CPPUNIT_ASSERT_EQUAL(std::string("17,900.25"), grouped(17'900.25, 2));
        CPPUNIT_ASSERT_EQUAL(std::string("-100"), grouped(-100));
    }

    void everythingIsInTheJson()
    {
        const auto file = (_folder.path() / "discv4.json").string();
        results().writeJson(file);
        std::ifstream in(file);
        const auto json = Poco::JSON::Parser().parse(in).extract<Poco::JSON::Object::Ptr>();
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, json->getArray("rows")->size());
        const auto row = json->getArray("rows")->getObject(0);
        CPPUNIT_ASSERT_EQUAL(0.9, row->getValue<double>("ratio"));
        CPPUNIT_ASSERT_EQUAL(0.95, row->getValue<double>("ratio_with_hashes"));
        CPPUNIT_ASSERT_EQUAL(0.25, row->getValue<double>("reused_share"));
        CPPUNIT_ASSERT(!json->getArray("rows")->getObject(1)->has("reused_share"));
        CPPUNIT_ASSERT_EQUAL(
            1.0,
            json->getArray("rows")->getObject(1)->getObject("outcome_shares")->getValue<double>("bad_hash"));
        CPPUNIT_ASSERT(!json->getArray("rows")->getObject(1)->has("ratio"));
        CPPUNIT_ASSERT_EQUAL(
            0.5, json->getArray("rows")->getObject(2)->getObject("latency")->getValue<double>("p99_ms"));
        CPPUNIT_ASSERT_EQUAL(std::string("met"),
                             json->getArray("targets")->getObject(0)->getValue<std::string>("verdict"));
    }

    void thePlotHasABarForEachRow()
    {
        const auto file = (_folder.path() / "discv4.svg").string();
        writePlot(results(), file);
        std::ifstream in(file);
        const std::string text(std::istreambuf_iterator<char>(in), {});
        const auto count = [&](const std::string& word) {
            std::size_t times = 0;
            for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
                ++times;
            return times;
        };
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, count("<rect ")); // the ground, the legend and two bars
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, count("<circle "));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, count("a &lt;small&gt; machine &amp; no other"));
        CPPUNIT_ASSERT_EQUAL(count("<text "), count("</text>"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ResultsTest);

} // namespace waymark::bench

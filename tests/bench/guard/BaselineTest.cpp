#include "guard/Baseline.h"

#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <stdexcept>

namespace waymark::bench
{

class BaselineTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(BaselineTest);
    CPPUNIT_TEST(theSameIsNotWorse);
    CPPUNIT_TEST(growthOfMoreThanFivePercentIsTold);
    CPPUNIT_TEST(oneMoreSignatureIsTold);
    CPPUNIT_TEST(lessOfEverythingIsNotWorse);
    CPPUNIT_TEST(kindsThatOnlyOneSideHasAreTold);
    CPPUNIT_TEST(isReadAsItWasWritten);
    CPPUNIT_TEST(brokenFilesAreNamed);
    CPPUNIT_TEST_SUITE_END();

    static PacketCosts costs()
    {
        return {{"ping", {10'000, 0, 0, 0, 5, 1, 1, 0}}, {"bad-hash", {7'000, 0, 0, 0, 1, 0, 0, 0}}};
    }

public:
    void theSameIsNotWorse() { CPPUNIT_ASSERT(Baseline::compare(costs(), costs()).empty()); }

    void growthOfMoreThanFivePercentIsTold()
    {
        PacketCosts now = costs();
        now["ping"].instructions = 10'500;
        CPPUNIT_ASSERT(Baseline::compare(costs(), now).empty());
        now["ping"].instructions = 10'501;
        const auto worse = Baseline::compare(costs(), now);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, worse.size());
        CPPUNIT_ASSERT_EQUAL(
            std::string("ping: 10501 instructions, 5.0 % more than the 10000 of the baseline"),
            worse.front());
    }

    void oneMoreSignatureIsTold()
    {
        PacketCosts now = costs();
        now["ping"].signatures = 2;
        now["bad-hash"].allocations = 1;
        const auto worse = Baseline::compare(costs(), now);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, worse.size());
        CPPUNIT_ASSERT_EQUAL(std::string("bad-hash: 1.00 allocations, not 0.00"), worse.front());
        CPPUNIT_ASSERT_EQUAL(std::string("ping: 2.00 signatures, not 1.00"), worse.back());
    }

    void lessOfEverythingIsNotWorse()
    {
        CPPUNIT_ASSERT(Baseline::compare(costs(), {{"ping", {5'000, 0, 0, 0, 0, 0, 1, 0}},
                                                   {"bad-hash", {100, 0, 0, 0, 0, 0, 0, 0}}})
                           .empty());
        CPPUNIT_ASSERT(!Baseline::isLower(costs(), costs()));
        CPPUNIT_ASSERT(Baseline::isLower(costs(), {{"ping", {9'400, 0, 0, 0, 5, 1, 1, 0}}}));
        CPPUNIT_ASSERT(Baseline::isLower(costs(), {{"ping", {10'000, 0, 0, 0, 5, 0, 1, 0}}}));
    }

    void kindsThatOnlyOneSideHasAreTold()
    {
        CPPUNIT_ASSERT_EQUAL(std::size_t{2},
                             Baseline::compare(costs(), {{"ping", costs().at("ping")}, {"new", {}}}).size());
    }

    void isReadAsItWasWritten()
    {
        const testkit::TemporaryFolder folder;
        const auto file = (folder.path() / "baseline.json").string();
        std::ofstream(file) << "{}";
        Baseline baseline = Baseline::load(file);
        CPPUNIT_ASSERT(baseline.find("gcc-12-x86_64") == nullptr);
        baseline.accept("gcc-12-x86_64", costs());
        baseline.accept("gcc-14-x86_64", {});
        baseline.save(file);
        const Baseline read = Baseline::load(file);
        CPPUNIT_ASSERT(read.find("gcc-12-x86_64") != nullptr);
        CPPUNIT_ASSERT(*read.find("gcc-12-x86_64") == costs());
    }

    void brokenFilesAreNamed()
    {
        const testkit::TemporaryFolder folder;
        const auto file = (folder.path() / "baseline.json").string();
        CPPUNIT_ASSERT_THROW(Baseline::load(file), std::runtime_error);
        for (const char* const text : {"", "{", "[]", R"({"gcc": {"ping": {"instructions": 1}}})"}) {
            std::ofstream(file, std::ios::trunc) << text;
            CPPUNIT_ASSERT_THROW_MESSAGE(text, Baseline::load(file), std::runtime_error);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BaselineTest);

} // namespace waymark::bench

#include <waymark/registry/Revision.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::registry
{

class RevisionTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RevisionTest);
    CPPUNIT_TEST(readsBackWhatItWrites);
    CPPUNIT_TEST(refusesWhatItDidNotWrite);
    CPPUNIT_TEST_SUITE_END();

    void readsBackWhatItWrites()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("00000000000000ff-12"), (Revision{255, 12}).toString());
        for (const Revision revision : {Revision{0, 0}, Revision{1, 7}, Revision{~0ULL, ~0ULL}})
            CPPUNIT_ASSERT(Revision::parse(revision.toString()) == revision);
    }

    void refusesWhatItDidNotWrite()
    {
        for (const auto* const text :
             {"", "-", "ff-12", "00000000000000ff", "00000000000000ff-", "00000000000000FF-1",
              "00000000000000ff-01", "00000000000000ff-+1", "00000000000000ff--1", "00000000000000ff-1 ",
              "00000000000000fg-1", "00000000000000ff-18446744073709551616", "0x000000000000ff-1"})
            CPPUNIT_ASSERT_MESSAGE(text, !Revision::parse(text).has_value());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RevisionTest);

} // namespace waymark::registry

#include "GoFlags.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <vector>

namespace waymark::app
{

using plugin::CommandArgument;
using Words = std::vector<std::string>;

class GoFlagsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(GoFlagsTest);
    CPPUNIT_TEST(oneDashOrTwoAreTheSame);
    CPPUNIT_TEST(aValueFollowsOrIsAttached);
    CPPUNIT_TEST(aValueMayLookLikeAnOption);
    CPPUNIT_TEST(aFlagTakesItsValueAttachedOnly);
    CPPUNIT_TEST(aFlagIsTrueOrFalse);
    CPPUNIT_TEST(theLastOfTwoHolds);
    CPPUNIT_TEST(theFirstOtherWordEndsTheOptions);
    CPPUNIT_TEST(aMissingValueIsNamed);
    CPPUNIT_TEST(unknownNamesAreLeftForTheLine);
    CPPUNIT_TEST_SUITE_END();

    const plugin::CommandLine _line = plugin::CommandLine("try", "Tries.")
                                          .takes(CommandArgument::option("addr", "A").needs("an address"))
                                          .takes(CommandArgument::flag("v5"));

    Words read(const Words& words) const
    {
        const auto result = fromGoFlags(_line, words);
        CPPUNIT_ASSERT_MESSAGE(result ? "" : result.error().message, result.has_value());
        return *result;
    }

    void oneDashOrTwoAreTheSame()
    {
        CPPUNIT_ASSERT(read({"-v5"}) == Words{"--v5"});
        CPPUNIT_ASSERT(read({"--v5"}) == Words{"--v5"});
        CPPUNIT_ASSERT(read({"--addr", ":1"}) == Words{"--addr=:1"});
    }

    void aValueFollowsOrIsAttached()
    {
        CPPUNIT_ASSERT(read({"-addr", ":1"}) == Words{"--addr=:1"});
        CPPUNIT_ASSERT(read({"-addr=:1"}) == Words{"--addr=:1"});
        CPPUNIT_ASSERT(read({"-addr="}) == Words{"--addr="});
        CPPUNIT_ASSERT(read({"-addr=a=b"}) == Words{"--addr=a=b"});
    }

    void aValueMayLookLikeAnOption() { CPPUNIT_ASSERT(read({"-addr", "-v5"}) == Words{"--addr=-v5"}); }

    void aFlagTakesItsValueAttachedOnly()
    {
        CPPUNIT_ASSERT((read({"-v5", "false"}) == Words{"--v5", "--", "false"}));
    }

    void aFlagIsTrueOrFalse()
    {
        CPPUNIT_ASSERT(read({"-v5=T"}) == Words{"--v5"});
        CPPUNIT_ASSERT(read({"-v5=false"}).empty());
        const auto wrong = fromGoFlags(_line, {"-v5=maybe"});
        CPPUNIT_ASSERT(!wrong);
        CPPUNIT_ASSERT_EQUAL(std::string("-v5: a flag is true or false, not 'maybe'"), wrong.error().message);
    }

    void theLastOfTwoHolds()
    {
        CPPUNIT_ASSERT(read({"-addr", ":1", "-addr=:2"}) == Words{"--addr=:2"});
        CPPUNIT_ASSERT(read({"-v5", "-v5=0"}).empty());
    }

    void theFirstOtherWordEndsTheOptions()
    {
        CPPUNIT_ASSERT((read({"-v5", "word", "-addr", ":1"}) == Words{"--v5", "--", "word", "-addr", ":1"}));
        CPPUNIT_ASSERT((read({"--", "-v5"}) == Words{"--", "-v5"}));
        CPPUNIT_ASSERT((read({"-"}) == Words{"--", "-"}));
    }

    void aMissingValueIsNamed()
    {
        const auto wrong = fromGoFlags(_line, {"-v5", "-addr"});
        CPPUNIT_ASSERT(!wrong);
        CPPUNIT_ASSERT_EQUAL(std::string("-addr needs an address"), wrong.error().message);
    }

    void unknownNamesAreLeftForTheLine()
    {
        const auto words = read({"-adr", ":1"});
        CPPUNIT_ASSERT((words == Words{"-adr", "--", ":1"})); // as it was typed
        CPPUNIT_ASSERT_EQUAL(std::string("'-adr' is nothing that try knows (did you mean --addr?)"),
                             _line.parse(words).error().message);
        CPPUNIT_ASSERT((read({"--adr=:1", "-v5"}) == Words{"--adr", "--v5"}));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(GoFlagsTest);

} // namespace waymark::app

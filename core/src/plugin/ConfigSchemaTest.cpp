#include <waymark/plugin/ConfigSchema.h>
#include <waymark/plugin/ConfigView.h>

#include <cppunit/extensions/HelperMacros.h>

#include <stdexcept>

namespace waymark::plugin
{

class ConfigSchemaTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ConfigSchemaTest);
    CPPUNIT_TEST(durationsAreUnitsOrSeconds);
    CPPUNIT_TEST(sizesArePowersOf1024);
    CPPUNIT_TEST(rangesAreChecked);
    CPPUNIT_TEST(choiceSuggestsTheNearestWord);
    CPPUNIT_TEST(listsAndNetworksArePartsBetweenCommas);
    CPPUNIT_TEST(extraWordIsAllowedBesideTheType);
    CPPUNIT_TEST(tableHoldsEveryKeyBelowIt);
    CPPUNIT_TEST(pathsFollowTheirBase);
    CPPUNIT_TEST(everyProblemIsInOneError);
    CPPUNIT_TEST(defectsInASchemaThrow);
    CPPUNIT_TEST(askingAsAnotherTypeIsADefect);
    CPPUNIT_TEST(secretsAreNotRepeated);
    CPPUNIT_TEST_SUITE_END();

    static ConfigView view(const ConfigSchema& schema, const std::map<std::string, std::string>& values)
    {
        return ConfigView::make(schema, values, "/state").value();
    }

    void durationsAreUnitsOrSeconds()
    {
        const ConfigSchema schema{Option::duration("wait", "0", "2d").defaultsTo("30")};
        CPPUNIT_ASSERT(view(schema, {}).duration("wait") == std::chrono::seconds(30));
        CPPUNIT_ASSERT(view(schema, {{"wait", "500ms"}}).duration("wait") == std::chrono::milliseconds(500));
        CPPUNIT_ASSERT(view(schema, {{"wait", "5m"}}).duration("wait") == std::chrono::minutes(5));
        CPPUNIT_ASSERT_EQUAL(std::string("duration 0s..2d"), schema.options().front().allowed());
        for (const char* text : {"", "s", "-1s", "3 s", "1w", "1.5s", "99999999999999999999s", "9999999999d"})
            CPPUNIT_ASSERT_MESSAGE(text, !schema.options().front().accepts(text));
    }

    void sizesArePowersOf1024()
    {
        const ConfigSchema schema{Option::size("limit", "1k", "1G").defaultsTo("64k")};
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{65536}, view(schema, {}).size("limit"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1500}, view(schema, {{"limit", "1500"}}).size("limit"));
        for (const char* text : {"1023", "2G", "1K", "1kB", ""})
            CPPUNIT_ASSERT_MESSAGE(text, !schema.options().front().accepts(text));
    }

    void rangesAreChecked()
    {
        const Option option = Option::integer("port", 0, 65535);
        CPPUNIT_ASSERT(option.accepts("65535"));
        for (const char* text : {"65536", "-1", "1e3", "0x10", "", " 1", "99999999999999999999"})
            CPPUNIT_ASSERT_MESSAGE(text, !option.accepts(text));
        CPPUNIT_ASSERT(option.accepts("70000").error().message.find("0..65535") != std::string::npos);
    }

    void choiceSuggestsTheNearestWord()
    {
        const Option option = Option::choice("format", {"text", "json", "journald"});
        CPPUNIT_ASSERT(option.accepts("json"));
        CPPUNIT_ASSERT(option.accepts("jsno").error().message.find("did you mean json?") !=
                       std::string::npos);
    }

    void listsAndNetworksArePartsBetweenCommas()
    {
        const auto refuses = [](const char* message) {
            return [message](std::string_view) -> Result<void> {
                return failure(ErrorCode::invalidArgument, message);
            };
        };
        const auto messageOf = [](const Option& option) {
            return option.accepts("a").error().message;
        };
        CPPUNIT_ASSERT_EQUAL(std::string("'a': is wrong"),
                             messageOf(Option::list("x").check(refuses("is wrong"))));
        CPPUNIT_ASSERT_EQUAL(std::string("'a' is wrong"),
                             messageOf(Option::list("x").check(refuses("'a' is wrong"))));
        const ConfigSchema schema{Option::cidrs("allow").defaultsTo("10.0.0.0/8, ::1/128"),
                                  Option::list("names").defaultsTo("")};
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, view(schema, {}).cidrs("allow").size());
        CPPUNIT_ASSERT(view(schema, {}).list("names").empty());
        CPPUNIT_ASSERT(
            (view(schema, {{"names", "a , b"}}).list("names") == std::vector<std::string>{"a", "b"}));
        CPPUNIT_ASSERT(!ConfigView::make(schema, {{"names", "a,,b"}}, "/state"));
        CPPUNIT_ASSERT(!ConfigView::make(schema, {{"allow", "10.0.0.1/8"}}, "/state"));
    }

    void extraWordIsAllowedBesideTheType()
    {
        const ConfigSchema schema{Option::endpoint("listen").orWord("off").defaultsTo("127.0.0.1:0")};
        CPPUNIT_ASSERT(view(schema, {{"listen", "off"}}).isWord("listen", "off"));
        CPPUNIT_ASSERT(!view(schema, {}).isWord("listen", "off"));
        CPPUNIT_ASSERT(view(schema, {}).endpoint("listen").ip.isV4());
    }

    void tableHoldsEveryKeyBelowIt()
    {
        const ConfigSchema schema{Option::table("enr")};
        const auto entries = view(schema, {{"enr.eth", "c0"}, {"enr.snap", "80"}}).table("enr");
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, entries.size());
        CPPUNIT_ASSERT_EQUAL(std::string("c0"), entries.at("eth"));
        CPPUNIT_ASSERT(schema.find("enr.") == nullptr);
        CPPUNIT_ASSERT(schema.find("enrx") == nullptr);
    }

    void pathsFollowTheirBase()
    {
        const ConfigSchema schema{Option::path("file").defaultsTo("peers.db"), Option::path("other")};
        CPPUNIT_ASSERT_EQUAL(std::string("/state/peers.db"), view(schema, {}).path("file").string());
        CPPUNIT_ASSERT_EQUAL(std::string("/x/y"), view(schema, {{"file", "/x/./y"}}).path("file").string());
        CPPUNIT_ASSERT(!view(schema, {}).findPath("other"));
    }

    void everyProblemIsInOneError()
    {
        const ConfigSchema schema{Option::boolean("a").required(), Option::integer("b", 0, 1)};
        const auto made = ConfigView::make(schema, {{"b", "2"}, {"c", "1"}}, "/state");
        CPPUNIT_ASSERT(!made);
        for (const char* part : {"a: is missing", "b: '2' is out of range", "c: no such key"})
            CPPUNIT_ASSERT_MESSAGE(part, made.error().message.find(part) != std::string::npos);
    }

    void defectsInASchemaThrow()
    {
        CPPUNIT_ASSERT_THROW((ConfigSchema{Option::text("a"), Option::text("a")}), std::logic_error);
        CPPUNIT_ASSERT_THROW((ConfigSchema{Option::integer("a", 0, 1).defaultsTo("2")}), std::logic_error);
        CPPUNIT_ASSERT_THROW((ConfigSchema{Option::text("Upper")}), std::logic_error);
        CPPUNIT_ASSERT_THROW((ConfigSchema{Option::table("t"), Option::text("t.x")}), std::logic_error);
        CPPUNIT_ASSERT_THROW(Option::duration("a", "x", "1s"), std::logic_error);
    }

    void askingAsAnotherTypeIsADefect()
    {
        const ConfigSchema schema{Option::integer("a", 0, 1).defaultsTo("1"), Option::text("b")};
        CPPUNIT_ASSERT_THROW(view(schema, {}).boolean("a"), std::logic_error);
        CPPUNIT_ASSERT_THROW(view(schema, {}).integer("typo"), std::logic_error);
        CPPUNIT_ASSERT_THROW(view(schema, {}).text("b"), std::logic_error);
        CPPUNIT_ASSERT(!view(schema, {}).findText("b"));
    }

    void secretsAreNotRepeated()
    {
        const Option option = Option::secret("token").check([](std::string_view) -> Result<void> {
            return failure(ErrorCode::invalidArgument, "must have at least 32 characters");
        });
        CPPUNIT_ASSERT(option.accepts("hunter2").error().message.find("hunter2") == std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ConfigSchemaTest);

} // namespace waymark::plugin

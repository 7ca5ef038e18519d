#include "commands/RegistrationList.h"

#include <waymark/node/Enr.h>
#include <waymark/node/IpAddress.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <string>
#include <vector>

namespace waymark::httpapi
{

/// The files that peers add takes.
class RegistrationListTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RegistrationListTest);
    CPPUNIT_TEST(takesArraysAndLinesOfUrlsRecordsAndObjects);
    CPPUNIT_TEST(usualTimeAndLabelsAreForThoseThatSayNone);
    CPPUNIT_TEST(saysWhichEntryIsWrongAndWhy);
    CPPUNIT_TEST(numbersThatNobodyCanReadAreRefused);
    CPPUNIT_TEST(secretKeysAreRefused);
    CPPUNIT_TEST(batchesAreAsLargeAsTheyMayBe);
    CPPUNIT_TEST_SUITE_END();

    const std::string _enode = "enode://" + testkit::testKey(2).publicKey().hex() + "@10.0.1.5:30303";
    const std::string _record = node::EnrBuilder()
                                    .endpoint({node::IpAddress::v4(10, 0, 1, 6), 30303, 30303})
                                    .sign(testkit::testKey(3))
                                    .value()
                                    .toString();

    static std::vector<std::string> read(const std::string& text, const RegistrationOptions& usual = {})
    {
        const auto list = RegistrationList::read(text, usual);
        CPPUNIT_ASSERT_MESSAGE(list ? "" : list.error().message, list.has_value());
        return *list;
    }
    static std::string complaint(const std::string& text)
    {
        const auto list = RegistrationList::read(text, {});
        CPPUNIT_ASSERT_MESSAGE(text, !list.has_value());
        CPPUNIT_ASSERT(list.error().code == ErrorCode::corrupt);
        return list.error().message;
    }

    void takesArraysAndLinesOfUrlsRecordsAndObjects()
    {
        const std::vector<std::string> wanted{R"({"enode":")" + _enode + "\"}",
                                              R"({"enr":")" + _record + "\"}",
                                              R"({"id":"c6","ip":"10.0.1.7"})"};
        CPPUNIT_ASSERT(wanted == read("\r\n [\"" + _enode + "\", \"" + _record +
                                      "\",\n{\"id\": \"c6\", \"ip\": \"10.0.1.7\"}]\n"));
        CPPUNIT_ASSERT(wanted == read("# nodes\n\n" + _enode + "\r\n  " + _record +
                                      "\n{\"id\": \"c6\", \"ip\": \"10.0.1.7\"}"));
        CPPUNIT_ASSERT(read("").empty());
        CPPUNIT_ASSERT(read("[]").empty());
    }

    void usualTimeAndLabelsAreForThoseThatSayNone()
    {
        const RegistrationOptions usual{std::chrono::seconds(60), {{"from", "a \"file\""}}};
        const auto list = read('[' + ('"' + _enode) + R"(",{"id":"c6","ttl":5,"labels":{}}])", usual);
        CPPUNIT_ASSERT_EQUAL(R"({"enode":")" + _enode + R"(","ttl":60,"labels":{"from":"a \"file\""}})",
                             list.at(0));
        CPPUNIT_ASSERT(list.at(1).find(R"("ttl":5)") != std::string::npos);
        CPPUNIT_ASSERT(list.at(1).find("from") == std::string::npos);
        CPPUNIT_ASSERT(read("{\"id\":\"c6\"}", usual).at(0).find(R"("ttl":60)") != std::string::npos);
    }

    void saysWhichEntryIsWrongAndWhy()
    {
        CPPUNIT_ASSERT(complaint(_enode + "\n\nenode://ab@10.0.1.5:1").starts_with("line 3: enode"));
        CPPUNIT_ASSERT(complaint("[\"" + _enode + "\", 5]").starts_with("entry 2: this is no registration"));
        CPPUNIT_ASSERT(complaint("[\"" + _enode + "\", {]").starts_with("the body must be a JSON array"));
        CPPUNIT_ASSERT(complaint("{\"id\": }").starts_with("line 1: this is no JSON"));
        CPPUNIT_ASSERT(complaint("\xff").starts_with("byte 0 is no UTF-8"));
        std::string deep = "{\"a\":";
        for (int i = 0; i < 1000; ++i)
            deep += '[';
        CPPUNIT_ASSERT(complaint(deep).starts_with("line 1: this is no JSON"));
    }

    /// Poco makes 0 of the first, which is for ever.
    void numbersThatNobodyCanReadAreRefused()
    {
        for (const std::string number : {"18446744073709551616", "18446744073709551676", "-1e400"})
            CPPUNIT_ASSERT_EQUAL("entry 2: the number " + number + " is too large",
                                 complaint("[\"" + _enode + R"(", {"id":"c6","ttl":)" + number + "}]"));
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"id":"18446744073709551616"})"),
                             read(R"({"id":"18446744073709551616"})").at(0));
    }

    void secretKeysAreRefused()
    {
        const std::string secret(64, '1');
        const auto message = complaint(R"([{"secret_key":")" + secret + R"(","ip":"10.0.1.5"}])");
        CPPUNIT_ASSERT_MESSAGE(message, message.find("a secret key is sent nowhere") != std::string::npos);
        CPPUNIT_ASSERT(message.find(secret) == std::string::npos);
    }

    void batchesAreAsLargeAsTheyMayBe()
    {
        const std::vector<std::string> five{"{1}", "{2}", "{3}", "{4}", "{5}"};
        using Batches = std::vector<RegistrationBatch>;
        const Batches wanted{{"[{1},{2}]", 2}, {"[{3},{4}]", 2}, {"[{5}]", 1}};
        CPPUNIT_ASSERT(wanted == RegistrationList::batches(five, 2));
        CPPUNIT_ASSERT(wanted == RegistrationList::batches(five, 10, 8));
        CPPUNIT_ASSERT(RegistrationList::batches({}).empty());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RegistrationListTest);

} // namespace waymark::httpapi

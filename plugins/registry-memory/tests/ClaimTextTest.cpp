#include "ClaimText.h"

#include <Poco/Exception.h>
#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <tuple>

namespace waymark::registry
{

class ClaimTextTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ClaimTextTest);
    CPPUNIT_TEST(plainTextIsReadAsJsonIs);
    CPPUNIT_TEST(whatIsNotPlainIsLeftToJson);
    CPPUNIT_TEST_SUITE_END();

    static auto fields(const ClaimText& claim)
    {
        return std::tie(claim.peer, claim.origin, claim.addresses, claim.labels, claim.enr, claim.seq,
                        claim.ttl, claim.expiry);
    }

public:
    void plainTextIsReadAsJsonIs()
    {
        const std::string ids = R"({"peer":"0x12","origin":"file:/a b",)";
        for (const char* const addresses : {R"("addresses":[])", R"("addresses":["udp/10.0.0.1/30303"])",
                                            R"("addresses":["udp/::1/1","tcp/example.org/65535",""])"})
            for (const char* const more :
                 {"", R"(,"enr":"enr:-abc_")", R"(,"seq":"17")", R"(,"ttl":"1","expiry":"2")",
                  R"(,"enr":"enr:x","seq":"18446744073709551615","ttl":"60000000000","expiry":"3")"}) {
                const std::string json = ids + addresses + more + '}';
                const auto plain = ClaimText::ofPlain(json);
                CPPUNIT_ASSERT_MESSAGE(json, plain.has_value());
                CPPUNIT_ASSERT_MESSAGE(json, fields(*plain) == fields(ClaimText::ofJson(json)));
            }
    }

    void whatIsNotPlainIsLeftToJson()
    {
        for (const char* const json : {R"({"peer": "0x12","origin":"a","addresses":[]})",
                                       R"({"origin":"a","peer":"0x12","addresses":[]})",
                                       R"({"peer":"0x12","origin":"\u0061","addresses":[]})",
                                       R"({"peer":"0x12","origin":"ä","addresses":[]})",
                                       R"({"peer":"0x12","origin":"a","addresses":[],"labels":{"b":"c"}})",
                                       R"({"peer":"0x12","origin":"a","addresses":[],"seq":5})",
                                       R"({"peer":"0x12","origin":"a","addresses":[],"later":"x"})"}) {
            CPPUNIT_ASSERT_MESSAGE(json, !ClaimText::ofPlain(json));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(json, std::string("0x12"), ClaimText::ofJson(json).peer);
        }
        for (const char* const broken : {"", "{", R"({"peer":"0x12)", R"({"peer":"0x12","origin":"a"})",
                                         R"({"peer":"0x12","origin":"a","addresses":["x")",
                                         R"({"peer":"0x12","origin":"a","addresses":["x",]})",
                                         R"({"peer":"0x12","origin":"a","addresses":[]} x)"}) {
            CPPUNIT_ASSERT_MESSAGE(broken, !ClaimText::ofPlain(broken));
            CPPUNIT_ASSERT_THROW_MESSAGE(broken, ClaimText::ofJson(broken), Poco::Exception);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ClaimTextTest);

} // namespace waymark::registry

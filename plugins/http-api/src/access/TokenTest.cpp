#include "access/Token.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::httpapi
{

class TokenTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(TokenTest);
    CPPUNIT_TEST(digestIsPlainSha256);
    CPPUNIT_TEST(newTokensDifferAndHave256Bits);
    CPPUNIT_TEST(lineBecomesAnEntryAndBack);
    CPPUNIT_TEST(commentMayFollow);
    CPPUNIT_TEST(wrongLinesAreRefusedWithoutRepeatingThem);
    CPPUNIT_TEST(identityIsTheLabelOrPartOfTheDigest);
    CPPUNIT_TEST(networksBoundWhereItIsGood);
    CPPUNIT_TEST_SUITE_END();

    const std::string _digest = "sha256:" + toHex(digestOf("abc"));

    void digestIsPlainSha256()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
                             toHex(digestOf("abc"))); // FIPS 180-2, appendix B.1
        CPPUNIT_ASSERT_EQUAL(std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
                             toHex(digestOf("")));
    }

    void newTokensDifferAndHave256Bits()
    {
        SystemRandom random;
        const SecretBuffer first = makeToken(random);
        const SecretBuffer second = makeToken(random);
        CPPUNIT_ASSERT(first.view() != second.view());
        CPPUNIT_ASSERT(first.view().starts_with("waymark_"));
        const auto bits = fromBase64Url(first.view().substr(8));
        CPPUNIT_ASSERT(bits.has_value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{32}, bits->size());
    }

    void lineBecomesAnEntryAndBack()
    {
        for (const std::string& line :
             {"read " + _digest, "register " + _digest + " label=ci.2_x-y",
              "admin " + _digest + " label=ops from=10.0.0.0/8,2001:db8::/32,192.0.2.1/32"}) {
            const auto entry = TokenEntry::parse(line);
            CPPUNIT_ASSERT_MESSAGE(line, entry.has_value());
            CPPUNIT_ASSERT_EQUAL(line, entry->toString());
        }
        const auto entry = TokenEntry::parse("  admin\t" + _digest + "  from=10.0.0.0/8 label=ops \r");
        CPPUNIT_ASSERT(entry.has_value());
        CPPUNIT_ASSERT(entry->role == http::Role::admin);
        CPPUNIT_ASSERT_EQUAL(std::string("ops"), entry->label);
        CPPUNIT_ASSERT(entry->digest == digestOf("abc"));
    }

    void commentMayFollow()
    {
        const auto entry = TokenEntry::parse("read " + _digest + " label=a # of everybody");
        CPPUNIT_ASSERT(entry.has_value());
        CPPUNIT_ASSERT_EQUAL(std::string("a"), entry->label);
    }

    void wrongLinesAreRefusedWithoutRepeatingThem()
    {
        const std::string secret = "waymark_secret";
        for (const std::string& line :
             {secret, "read " + secret, "read sha256:" + secret, "write " + _digest, "Read " + _digest,
              "read " + _digest + "0", "read " + _digest.substr(0, 70), "read sha256:0x" + _digest.substr(7),
              "read " + _digest + ' ' + secret,
              "read " + _digest + " label=", "read " + _digest + " label=a/b",
              "read " + _digest + " label=" + std::string(65, 'a'), "read " + _digest + " label=a label=b",
              "read " + _digest + " from=", "read " + _digest + " from=" + secret,
              "read " + _digest + " from=10.1.0.0/8", "read " + _digest + " from=10.0.0.0/8,",
              "read " + _digest + " from=10.0.0.0/8 from=::1", std::string("read")}) {
            const auto entry = TokenEntry::parse(line);
            CPPUNIT_ASSERT_MESSAGE(line, !entry.has_value());
            CPPUNIT_ASSERT_MESSAGE(line, entry.error().message.find(secret) == std::string::npos);
        }
    }

    void identityIsTheLabelOrPartOfTheDigest()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("token:ci"),
                             TokenEntry::parse("read " + _digest + " label=ci")->identity());
        CPPUNIT_ASSERT_EQUAL(std::string("token:ba7816bf"), TokenEntry::parse("read " + _digest)->identity());
    }

    void networksBoundWhereItIsGood()
    {
        const auto anywhere = TokenEntry::parse("read " + _digest);
        const auto inside = TokenEntry::parse("read " + _digest + " from=10.0.0.0/8,::1/128");
        CPPUNIT_ASSERT(anywhere->isFrom(node::IpAddress::v4(192, 0, 2, 1)));
        CPPUNIT_ASSERT(inside->isFrom(node::IpAddress::v4(10, 255, 0, 1)));
        CPPUNIT_ASSERT(inside->isFrom(node::IpAddress::parse("::1").value()));
        CPPUNIT_ASSERT(inside->isFrom(node::IpAddress::parse("::ffff:10.0.0.1").value()));
        CPPUNIT_ASSERT(!inside->isFrom(node::IpAddress::v4(11, 0, 0, 1)));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TokenTest);

} // namespace waymark::httpapi

#include <waymark/node/Enr.h>
#include <waymark/node/TextFault.h>

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace waymark::node
{

namespace
{

const std::string id = "ca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd3138"
                       "7574077f301b421bc84df7266c44e9e6d569fc56be00812904767bf5ccd1fc7f";
const std::string enode = "enode://" + id + "@";
/// The example of EIP-778.
const std::string enr =
    "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8"
    "RRcy5wBgmlkgnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCC"
    "dl8";

} // namespace

class TextFaultTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(TextFaultTest);
    CPPUNIT_TEST(findsNothingInWhatIsGood);
    CPPUNIT_TEST(pointsAtTheWrongPartOfAnEnode);
    CPPUNIT_TEST(pointsAtTheWrongPartOfAnEnr);
    CPPUNIT_TEST(pointsIntoTheTextWhateverItIs);
    CPPUNIT_TEST_SUITE_END();

    static void assertFault(const std::string& text, const std::string& part, std::size_t position,
                            std::size_t length)
    {
        const auto fault = findFault(text);
        CPPUNIT_ASSERT_MESSAGE(text, fault);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(fault->reason, part, fault->part);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(part, position, fault->position);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(part, length, fault->length);
    }

    void findsNothingInWhatIsGood()
    {
        for (const auto& text :
             {enode + "10.0.0.1:30303", enode + "node.example:30303", enode + "[::1]:1", enr})
            CPPUNIT_ASSERT_MESSAGE(text, !findFault(text));
    }

    void pointsAtTheWrongPartOfAnEnode()
    {
        assertFault("http://a", "start", 0, 4);
        assertFault("", "start", 0, 0);
        assertFault("enode:" + id, "scheme", 0, 5);
        assertFault("enode://" + id, "id", 8, 128);
        assertFault("enode://" + id.substr(1) + "@10.0.0.1:30303", "id", 8, 127);
        assertFault("enode://" + id.substr(0, 100) + 'x' + id.substr(101) + "@10.0.0.1:30303", "id", 108, 1);
        assertFault(enode + "10.0.0.300:30303", "host", 137, 10);
        assertFault(enode + "::1:30303", "host", 137, 3);
        assertFault(enode + "10.0.0.1", "port", 145, 0);
        assertFault(enode + "10.0.0.1:70000", "port", 146, 5);
        assertFault(enode + "10.0.0.1:30303?discport=x", "discport", 161, 1);
    }

    void pointsAtTheWrongPartOfAnEnr()
    {
        assertFault("enr:" + std::string(10, 'A') + "=" + std::string(10, 'A'), "base64url", 14, 1);
        assertFault(enr.substr(0, enr.size() - 2), "base64url", enr.size() - 2, 0);
        assertFault(enr + '=', "base64url", enr.size(), 1);
        assertFault(enr.substr(0, enr.size() - 3), "list", 4, enr.size() - 7);
        assertFault(enr.substr(0, enr.size() - 4), "base64url", enr.size() - 5, 1);
        std::string forged = enr;
        forged[20] = forged[20] == 'A' ? 'B' : 'A';
        const auto fault = findFault(forged);
        CPPUNIT_ASSERT(fault && fault->part == "signature");
        CPPUNIT_ASSERT(fault->position <= 20 && fault->position + fault->length > 20 && fault->length < 100);
        assertFault(enr + std::string(400, 'A'), "end", 404, enr.size() + 400 - 404);
    }

    void pointsIntoTheTextWhateverItIs()
    {
        for (std::size_t size = 0; size < enr.size(); ++size)
            for (const char other : {'A', 'z', '!'}) {
                std::string text = enr.substr(0, size);
                assertInside(text);
                text = enr;
                text[size] = other;
                if (text != enr)
                    assertInside(text);
            }
    }

    static void assertInside(const std::string& text)
    {
        const auto fault = findFault(text);
        CPPUNIT_ASSERT_MESSAGE(text, fault);
        CPPUNIT_ASSERT(!fault->reason.empty() && !fault->part.empty());
        CPPUNIT_ASSERT(fault->position + fault->length <= text.size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TextFaultTest);

} // namespace waymark::node

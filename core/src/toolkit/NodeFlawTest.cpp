#include <waymark/base/Bytes.h>
#include <waymark/node/Enr.h>
#include <waymark/node/Rlp.h>
#include <waymark/testkit/TestKeys.h>
#include <waymark/toolkit/NodeFlaw.h>

#include <cppunit/extensions/HelperMacros.h>

#include <functional>

namespace waymark::toolkit
{

namespace
{

namespace rlp = node::rlp;

/// The example of EIP-778.
const std::string example =
    "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wBgmlk"
    "gnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8";

/// A record with a signature of so many bytes and this behind its number; where each part stands is known.
std::string record(const std::function<void(rlp::Writer&)>& pairs, std::size_t signature = 64)
{
    Bytes out;
    rlp::Writer writer(out);
    const auto mark = writer.beginList();
    writer.string(Bytes(signature, 1)).integer(1);
    pairs(writer);
    writer.endList(mark);
    return "enr:" + toBase64Url(out);
}

NodeFlaw flawOf(const std::string& text)
{
    const auto flaw = NodeFlaw::find(text);
    CPPUNIT_ASSERT_MESSAGE(text, flaw.has_value());
    CPPUNIT_ASSERT(flaw->position <= text.size());
    CPPUNIT_ASSERT(flaw->what.find('\n') == std::string::npos);
    return *flaw;
}

void assertFlaw(const std::string& text, const std::string& part, std::size_t position)
{
    const NodeFlaw flaw = flawOf(text);
    CPPUNIT_ASSERT_MESSAGE(flaw.what, flaw.what.find(part) != std::string::npos);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(flaw.what, position, flaw.position);
}

/// Where the byte at this offset stands in the text of a record.
std::size_t place(std::size_t offset)
{
    return 4 + offset * 8 / 6;
}

} // namespace

class NodeFlawTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(NodeFlawTest);
    CPPUNIT_TEST(findsNothingInANode);
    CPPUNIT_TEST(pointsIntoAUrl);
    CPPUNIT_TEST(pointsAtTheDigitThatIsNone);
    CPPUNIT_TEST(pointsBehindARecordThatIsCutOff);
    CPPUNIT_TEST(pointsAtTheSignature);
    CPPUNIT_TEST(pointsAtTheEntry);
    CPPUNIT_TEST(pointsAtTheIdentity);
    CPPUNIT_TEST(everyChangedDigitIsFound);
    CPPUNIT_TEST(aCaretStandsUnderThePlace);
    CPPUNIT_TEST(aLongTextIsShownAroundThePlace);
    CPPUNIT_TEST_SUITE_END();

    void findsNothingInANode()
    {
        const std::string url = "enode://" + testkit::testKey(1).publicKey().hex() + '@';
        for (const std::string& text :
             {example, url + "10.0.0.1:30303", url + "node.example:30303?discport=1"})
            CPPUNIT_ASSERT_MESSAGE(text, !NodeFlaw::find(text));
    }

    void pointsIntoAUrl()
    {
        const std::string url = "enode://" + testkit::testKey(1).publicKey().hex() + '@';
        assertFlaw(url + "10.0.0.1:x", "port", url.size() + 9);
        assertFlaw("enode:/" + url, "scheme", 0);
        assertFlaw("nonsense", "a node is a URL", 0);
        assertFlaw("", "a node is a URL", 0);
    }

    void pointsAtTheDigitThatIsNone()
    {
        assertFlaw(std::string(example).replace(50, 1, "+"), "no base64url digit", 50);
        assertFlaw(example + "=", "no padding", example.size());
        assertFlaw("enr:", "nothing", 4);
        // It has 179 digits, the last of which has four bits of a byte and two that are none.
        assertFlaw(std::string(example).replace(182, 1, "9"), "bits that no byte has", 182);
        assertFlaw(example + "AA", "ends within a byte", 185);
    }

    void pointsBehindARecordThatIsCutOff()
    {
        const std::string cut = example.substr(0, 4 + 40);
        assertFlaw(cut, "cut off", cut.size());
        assertFlaw("enr:gA", "the record", 4); // an empty string
        assertFlaw(example + "AAAA", "bytes too much", place((example.size() - 4) * 6 / 8));
    }

    void pointsAtTheSignature()
    {
        assertFlaw(std::string(example).replace(20, 1, "_"), "not signed by its own key", place(2));
        assertFlaw(record([](rlp::Writer&) {}, 63), "signature has 64 bytes, not 63", place(2));
    }

    void pointsAtTheEntry()
    {
        // List header 2, signature 66, seq 1: the first key is at 69.
        assertFlaw(
            record([](rlp::Writer& w) {
                w.string(asBytes("ip")).string(asBytes("x")).string(asBytes("id")).string(asBytes("v4"));
            }),
            "'id' comes before 'ip'", place(73));
        assertFlaw(
            record([](rlp::Writer& w) {
                w.string(asBytes("id")).string(asBytes("v4")).string(asBytes("id")).string(asBytes("v4"));
            }),
            "'id' is there twice", place(75));
        assertFlaw(record([](rlp::Writer& w) { w.string(asBytes("id")).raw(FixedBytes<2>{0xc1, 0x82}); }),
                   "the value of 'id'", place(72));
        assertFlaw(record([](rlp::Writer& w) { w.string(asBytes("id")); }), "the value of 'id'", place(72));
    }

    void pointsAtTheIdentity()
    {
        const auto end = [](const std::string& text) {
            return text.size();
        };
        const std::string without = record([](rlp::Writer&) {});
        assertFlaw(without, "no identity scheme", end(without));
        assertFlaw(record([](rlp::Writer& w) { w.string(asBytes("id")).string(asBytes("v9")); }),
                   "'v9' is unknown", place(72));
        const std::string keyless =
            record([](rlp::Writer& w) { w.string(asBytes("id")).string(asBytes("v4")); });
        assertFlaw(keyless, "no public key", end(keyless));
        assertFlaw(record([](rlp::Writer& w) {
                       w.string(asBytes("id")).string(asBytes("v4"));
                       w.string(asBytes("secp256k1")).string(Bytes(33, 9));
                   }),
                   "'secp256k1'", place(85));
    }

    void everyChangedDigitIsFound()
    {
        for (std::size_t i = 0; i < example.size(); ++i)
            flawOf(std::string(example).replace(i, 1, example[i] == 'A' ? "B" : "A"));
        for (std::size_t size = 0; size < example.size(); ++size)
            flawOf(example.substr(0, size));
    }

    void aCaretStandsUnderThePlace()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("  abc\n   ^"), pointedAt("abc", 1));
        CPPUNIT_ASSERT_EQUAL(std::string("  abc\n     ^"), pointedAt("abc", 3));
        CPPUNIT_ASSERT_EQUAL(std::string("  abc\n     ^"), pointedAt("abc", 99));
        CPPUNIT_ASSERT_EQUAL(std::string("  a?c\n    ^"), pointedAt("a\x1b"
                                                                    "c",
                                                                    2));
        CPPUNIT_ASSERT_EQUAL(std::string("  \n  ^"), pointedAt("", 0));
    }

    void aLongTextIsShownAroundThePlace()
    {
        std::string text;
        for (int i = 0; i < 300; ++i)
            text += static_cast<char>('!' + i % 90);
        for (const std::size_t width : {20U, 40U, 80U, 200U})
            for (std::size_t position = 0; position <= text.size(); ++position) {
                const std::string shown = pointedAt(text, position, width);
                const std::size_t end = shown.find('\n');
                const std::string caret = shown.substr(end + 1);
                CPPUNIT_ASSERT(end <= width && caret.size() <= width && caret.ends_with('^'));
                if (position < text.size())
                    CPPUNIT_ASSERT_EQUAL(text[position], shown[caret.size() - 1]);
                else
                    CPPUNIT_ASSERT_EQUAL(end + 1, caret.size());
            }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(NodeFlawTest);

} // namespace waymark::toolkit

#include <waymark/node/PeerId.h>

#include <cppunit/extensions/HelperMacros.h>

#include <unordered_set>

namespace waymark::node
{

namespace
{

const std::string ethId = "ca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd3138"
                          "7574077f301b421bc84df7266c44e9e6d569fc56be00812904767bf5ccd1fc7f";
const std::string ed25519Id = "ed25519:" + std::string(64, 'a');
const std::string sha256Id = "libp2p:1220" + std::string(64, 'b');
const std::string identityId = "libp2p:0024" + std::string(72, 'c');

} // namespace

class PeerIdTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PeerIdTest);
    CPPUNIT_TEST(readsEthIdsWithAndWithoutPrefix);
    CPPUNIT_TEST(textOfEverySchemeRoundTrips);
    CPPUNIT_TEST(refusesBytesThatDoNotFitTheScheme);
    CPPUNIT_TEST(refusesNamesThatAreNotPrintable);
    CPPUNIT_TEST(refusesUnknownSchemes);
    CPPUNIT_TEST(truncatedAtEveryCharacterIsAnErrorOrAnotherName);
    CPPUNIT_TEST(ordersBySchemeThenBytes);
    CPPUNIT_TEST(hashSpreadsIds);
    CPPUNIT_TEST_SUITE_END();

    void readsEthIdsWithAndWithoutPrefix()
    {
        const PeerId id = PeerId::parse(ethId).value();
        CPPUNIT_ASSERT(id == PeerId::parse("0x" + ethId).value());
        CPPUNIT_ASSERT(id.isEth());
        CPPUNIT_ASSERT_EQUAL(ethId, id.publicKey().value().hex());
        CPPUNIT_ASSERT(PeerId(id.publicKey().value()) == id);
        CPPUNIT_ASSERT_EQUAL("0x" + ethId, id.toString());
    }

    void textOfEverySchemeRoundTrips()
    {
        for (const std::string& text :
             {"0x" + ethId, ed25519Id, sha256Id, identityId, std::string("addr:a"),
              std::string("addr:db-1.example:5432"), "addr:" + std::string(255, '~')}) {
            const auto id = PeerId::parse(text);
            CPPUNIT_ASSERT_MESSAGE(text, id.has_value());
            CPPUNIT_ASSERT_EQUAL(text, id->toString());
            CPPUNIT_ASSERT(PeerId::fromBytes(id->scheme(), id->bytes()).value() == *id);
            CPPUNIT_ASSERT_EQUAL(id->isEth(), id->publicKey().has_value());
        }
    }

    void refusesBytesThatDoNotFitTheScheme()
    {
        std::string offCurve = ethId;
        offCurve.back() = 'e';
        for (const std::string& text :
             {offCurve, ethId + "00", std::string(), std::string("0x"), "ed25519:" + std::string(62, 'a'),
              "ed25519:" + std::string(66, 'a'), std::string("ed25519:"), "ed25519:" + std::string(64, 'g'),
              "libp2p:1221" + std::string(64, 'b'), "libp2p:1320" + std::string(64, 'b'),
              "libp2p:1224" + std::string(72, 'b'), "libp2p:0029" + std::string(82, 'b'),
              "libp2p:0020" + std::string(62, 'b')})
            CPPUNIT_ASSERT_MESSAGE(text, !PeerId::parse(text));
        CPPUNIT_ASSERT(PeerId::parse("libp2p:0028" + std::string(80, 'b')));
    }

    void refusesNamesThatAreNotPrintable()
    {
        using namespace std::string_literals;
        for (const std::string& name : {""s, std::string(256, 'a'), "a\nb"s, "a\x7f"s, "a\0"s, "\xc3\xa4"s})
            CPPUNIT_ASSERT_MESSAGE(name, !PeerId::parse("addr:" + name));
    }

    void refusesUnknownSchemes()
    {
        const auto id = PeerId::parse("bitcoin:1234");
        CPPUNIT_ASSERT(!id);
        CPPUNIT_ASSERT(id.error().message.find("'bitcoin'") != std::string::npos);
        CPPUNIT_ASSERT(!PeerId::parse("eth:" + ethId));
        CPPUNIT_ASSERT(!PeerId::parse("ED25519:" + std::string(64, 'a')));
    }

    void truncatedAtEveryCharacterIsAnErrorOrAnotherName()
    {
        for (const std::string& text : {ethId, "0x" + ethId, ed25519Id, sha256Id, identityId})
            for (std::size_t size = 0; size < text.size(); ++size)
                CPPUNIT_ASSERT_MESSAGE(text.substr(0, size), !PeerId::parse(text.substr(0, size)));
    }

    void ordersBySchemeThenBytes()
    {
        const PeerId eth = PeerId::parse(ethId).value();
        const PeerId low = PeerId::fromBytes(PeerScheme::ed25519, Bytes(32, 0x01)).value();
        const PeerId high = PeerId::fromBytes(PeerScheme::ed25519, Bytes(32, 0x80)).value();
        CPPUNIT_ASSERT(eth < low);
        CPPUNIT_ASSERT(low < high);
        CPPUNIT_ASSERT(high < PeerId::parse("addr:a").value());
    }

    void hashSpreadsIds()
    {
        std::unordered_set<std::size_t> hashes;
        for (unsigned number = 0; number < 1000; ++number) {
            Bytes bytes(32, 0);
            bytes[number % 32] = static_cast<Byte>(1 + number / 32);
            hashes.insert(PeerIdHash()(PeerId::fromBytes(PeerScheme::ed25519, bytes).value()));
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{1000}, hashes.size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PeerIdTest);

} // namespace waymark::node

#include "access/Proof.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace waymark::httpapi
{

class ProofTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ProofTest);
    CPPUNIT_TEST(signsWhatIsWrittenDown);
    CPPUNIT_TEST(becomesTextAndBack);
    CPPUNIT_TEST(parametersMayStandInAnyOrder);
    CPPUNIT_TEST(isGoodForItsRequestAlone);
    CPPUNIT_TEST(everythingThatIsNoProofIsRefused);
    CPPUNIT_TEST(everyTruncationIsRefused);
    CPPUNIT_TEST_SUITE_END();

    const node::SecretKey _key = node::SecretKey::fromHex(std::string(63, '0') + '2').value();
    const ProvenRequest _request{"POST", "/peers", "{}"};
    const Proof _proof = Proof::make(_key, 0x0123456789abcdefU, 2'000'000'000, _request);

    std::string parameters() const { return _proof.toString().substr(Proof::scheme.size() + 1); }

    void signsWhatIsWrittenDown()
    {
        const std::string text = "waymark-proof-v1\nPOST\n/peers\n" + _key.publicKey().hex() +
                                 "\n0123456789abcdef\n2000000000\n"
                                 // sha256 of "{}"
                                 "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        const auto digest = node::keccak256(asBytes(text));
        CPPUNIT_ASSERT(_proof.digest(_request) == digest);
        CPPUNIT_ASSERT(_key.sign(digest) == _proof.signature); // RFC 6979: always the same
        CPPUNIT_ASSERT_EQUAL(std::string("peer:c6047f9441ed7d6d"), _proof.identity());
    }

    void becomesTextAndBack()
    {
        CPPUNIT_ASSERT(_proof.toString().starts_with("Waymark-Proof peer=\"c6047f94"));
        const auto parsed = Proof::parse(parameters());
        CPPUNIT_ASSERT(parsed.has_value());
        CPPUNIT_ASSERT(parsed->peer == _proof.peer && parsed->signature == _proof.signature);
        CPPUNIT_ASSERT(parsed->epoch == _proof.epoch && parsed->expires == _proof.expires);
        CPPUNIT_ASSERT(parsed->isSigned(parsed->digest(_request)));
    }

    void parametersMayStandInAnyOrder()
    {
        const auto parsed = Proof::parse("  signature=\"" + toHex(_proof.signature) +
                                         "\",expires=\"2000000000\" ,\tepoch=\"0123456789ABCDEF\", peer=\"" +
                                         _key.publicKey().hex() + "\" ");
        CPPUNIT_ASSERT(parsed.has_value());
        CPPUNIT_ASSERT(parsed->isSigned(parsed->digest(_request)));
    }

    void isGoodForItsRequestAlone()
    {
        for (const ProvenRequest& other :
             {ProvenRequest{"PUT", "/peers", "{}"}, ProvenRequest{"POST", "/peers/", "{}"},
              ProvenRequest{"POST", "/peers", "{} "}, ProvenRequest{"POST", "/peers", ""}})
            CPPUNIT_ASSERT(!_proof.isSigned(_proof.digest(other)));
        Proof changed = _proof;
        ++changed.epoch;
        CPPUNIT_ASSERT(!changed.isSigned(changed.digest(_request)));
        changed = _proof;
        ++changed.expires;
        CPPUNIT_ASSERT(!changed.isSigned(changed.digest(_request)));
        changed = _proof;
        changed.peer = node::SecretKey::fromHex(std::string(63, '0') + '3')->publicKey();
        CPPUNIT_ASSERT(!changed.isSigned(changed.digest(_request)));
        changed = _proof;
        changed.signature.back() ^= 1U;
        CPPUNIT_ASSERT(!changed.isSigned(changed.digest(_request)));
        changed.signature.fill(0);
        CPPUNIT_ASSERT(!changed.isSigned(changed.digest(_request)));
    }

    void everythingThatIsNoProofIsRefused()
    {
        const std::string good = parameters();
        const auto replaced = [&](const std::string& from, const std::string& to) {
            std::string text = good;
            return text.replace(text.find(from), from.size(), to);
        };
        for (const std::string& wrong :
             {std::string(), std::string("x"), good + ",", good + ", x=\"y\"", good + ", " + good,
              replaced("peer=\"", "peer=\"0x"), replaced("peer=\"c6", "peer=\"c"),
              replaced("peer=\"c6", "peer=\"g6"), replaced("epoch=\"0", "epoch=\""),
              replaced("epoch=\"0", "epoch=\"-"), replaced("epoch=\"0123456789abcdef", "epoch=\""),
              replaced("expires=\"2", "expires=\"02"), replaced("expires=\"2", "expires=\"-2"),
              replaced("expires=\"2", "expires=\"+2"), replaced("expires=\"2000000000", "expires=\""),
              replaced("expires=\"", "expires=\"99999999999999999999"), replaced("\", ", "\" "),
              replaced("peer=", "Peer="), replaced("signature=\"", "signature=\"00")}) {
            const auto parsed = Proof::parse(wrong);
            CPPUNIT_ASSERT_MESSAGE(wrong, !parsed.has_value());
            CPPUNIT_ASSERT_EQUAL(401, parsed.error().status);
        }
    }

    void everyTruncationIsRefused()
    {
        const std::string good = parameters();
        for (std::size_t length = 0; length < good.size(); ++length)
            CPPUNIT_ASSERT(!Proof::parse(good.substr(0, length)).has_value());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProofTest);

} // namespace waymark::httpapi

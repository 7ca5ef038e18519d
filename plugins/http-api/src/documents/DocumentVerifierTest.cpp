#include "documents/DocumentVerifier.h"

#include "documents/SignatureBase.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <string>

namespace waymark::httpapi
{

class DocumentVerifierTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(DocumentVerifierTest);
    CPPUNIT_TEST(goodCopyTellsItsAge);
    CPPUNIT_TEST(everyChangedPartIsNoticed);
    CPPUNIT_TEST(missingFieldsMeanUnsigned);
    CPPUNIT_TEST(signatureHasATime);
    CPPUNIT_TEST(everyChangedByteOfASignatureIsRefused);
    CPPUNIT_TEST_SUITE_END();

    const node::SecretKey _key = node::SecretKey::fromHex(std::string(63, '0') + '1').value();
    const DocumentDemands _demands{_key.publicKey(), 1500, std::nullopt, std::nullopt};

    DocumentCopy copy() const
    {
        SignedDocument document{"/peers.txt", contentDigest("text"), "0123456789abcdef-7", 1000,
                                2000,         _key.publicKey().hex()};
        const auto signature = _key.signCompact(sha256(signatureBase(document)));
        return {"/peers.txt",
                "text",
                document.contentDigest,
                "waymark=" + signatureParameters(document),
                "waymark=:" + toBase64(signature) + ':',
                document.revision};
    }

    void refuses(const DocumentCopy& changed, const DocumentDemands& demands, const std::string& why) const
    {
        const auto found = verifyDocument(changed, demands);
        CPPUNIT_ASSERT(!found.has_value());
        CPPUNIT_ASSERT_MESSAGE(found.error().message, found.error().message.find(why) != std::string::npos);
    }

    void goodCopyTellsItsAge()
    {
        const auto found = verifyDocument(copy(), _demands);
        CPPUNIT_ASSERT(found.has_value());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1000}, found->created);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2000}, found->expires);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, found->revision.number);
    }

    void everyChangedPartIsNoticed()
    {
        auto changed = copy();
        changed.content += ' ';
        refuses(changed, _demands, "content is not what its digest says");
        changed.contentDigest = contentDigest(changed.content);
        refuses(changed, _demands, "signature is wrong");
        changed = copy();
        changed.path = "/peer_count";
        refuses(changed, _demands, "signature is wrong");
        changed = copy();
        changed.revision = "0123456789abcdef-8";
        refuses(changed, _demands, "signature is wrong");
        changed = copy();
        changed.signatureInput.replace(changed.signatureInput.find("=2000"), 5, "=9000");
        refuses(changed, _demands, "signature is wrong");
        changed = copy();
        changed.signatureInput.replace(changed.signatureInput.find(" \"waymark-revision\""), 19, "");
        refuses(changed, _demands, "another node, or another way");
        auto demands = _demands;
        demands.node = node::SecretKey::fromHex(std::string(63, '0') + '2')->publicKey();
        refuses(copy(), demands, "another node");
    }

    void missingFieldsMeanUnsigned()
    {
        for (std::string DocumentCopy::* field :
             {&DocumentCopy::contentDigest, &DocumentCopy::signatureInput, &DocumentCopy::signature}) {
            auto changed = copy();
            (changed.*field).clear();
            refuses(changed, _demands, "not signed");
        }
    }

    void signatureHasATime()
    {
        auto demands = _demands;
        demands.now = 2000;
        refuses(copy(), demands, "expired");
        demands.now = 1999;
        CPPUNIT_ASSERT(verifyDocument(copy(), demands).has_value());
        demands.now = 700;
        CPPUNIT_ASSERT(verifyDocument(copy(), demands).has_value());
        demands.now = 699;
        refuses(copy(), demands, "in the future");
    }

    void everyChangedByteOfASignatureIsRefused()
    {
        const auto good = copy();
        for (std::size_t i = 0; i < good.signature.size(); ++i) {
            auto changed = good;
            changed.signature[i] = changed.signature[i] == 'A' ? 'B' : 'A';
            CPPUNIT_ASSERT(!verifyDocument(changed, _demands).has_value());
            changed.signature = good.signature.substr(0, i);
            CPPUNIT_ASSERT(!verifyDocument(changed, _demands).has_value());
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DocumentVerifierTest);

} // namespace waymark::httpapi

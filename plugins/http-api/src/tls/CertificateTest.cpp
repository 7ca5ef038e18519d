#include "tls/Certificate.h"

#include "TestCertificates.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::httpapi
{

/// What PEM texts hold, and what a certificate says about whom it is for.
class CertificateTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(CertificateTest);
    CPPUNIT_TEST(readsAllCertificatesAmongOtherText);
    CPPUNIT_TEST(readsNoCertificateOfWhatIsBroken);
    CPPUNIT_TEST(readsKeysOfBothKinds);
    CPPUNIT_TEST(asksNobodyForPassphrases);
    CPPUNIT_TEST(subjectsAreOneLine);
    CPPUNIT_TEST(withoutASubjectAnotherNameStandsForIt);
    CPPUNIT_TEST(timesAreThoseOfTheCertificate);
    CPPUNIT_TEST_SUITE_END();

    TestAuthority _authority;

    std::string subject(const TestAuthority::Request& request) const
    {
        return subjectOf(*readCertificates(_authority.issue(request).certificate)->front());
    }

    void readsAllCertificatesAmongOtherText()
    {
        const TestCertificate own = _authority.issue();
        const std::string text =
            "a note\n" + own.certificate + own.key + "\n" + _authority.certificate() + "end";
        const auto read = readCertificates(text);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, read->size());
        CPPUNIT_ASSERT_EQUAL(std::string("CN=localhost"), subjectOf(*read->front()));
        CPPUNIT_ASSERT_EQUAL(std::string("CN=Test CA"), subjectOf(*read->back()));
        CPPUNIT_ASSERT(readPrivateKey(text).has_value());
    }

    void readsNoCertificateOfWhatIsBroken()
    {
        const std::string whole = _authority.certificate();
        CPPUNIT_ASSERT(!readCertificates(""));
        CPPUNIT_ASSERT(!readCertificates("nonsense"));
        for (std::size_t length = 0; length + 2 < whole.size(); length += 7)
            CPPUNIT_ASSERT(!readCertificates(whole.substr(0, length)));
        CPPUNIT_ASSERT(!readCertificates(whole + whole.substr(0, whole.size() / 2)));
    }

    void readsKeysOfBothKinds()
    {
        for (const bool rsa : {false, true}) {
            const std::string key = _authority.issue({.rsa = rsa}).key;
            CPPUNIT_ASSERT(readPrivateKey(key).has_value());
            CPPUNIT_ASSERT(!readPrivateKey(key.substr(0, key.size() / 2)).has_value());
        }
        CPPUNIT_ASSERT(!readPrivateKey(_authority.certificate()).has_value());
    }

    void asksNobodyForPassphrases()
    {
        const auto read = readPrivateKey(withPassphrase(_authority.issue().key));
        CPPUNIT_ASSERT(!read.has_value());
        CPPUNIT_ASSERT(read.error().message.find("is encrypted") != std::string::npos);
    }

    void subjectsAreOneLine()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("CN=client-a"), subject({.name = "client-a"}));
        CPPUNIT_ASSERT_EQUAL(std::string("CN=a\\,b\\0Ac=1"), subject({.name = "a,b\nc=1"}));
        CPPUNIT_ASSERT_EQUAL(std::string("CN=\\C3\\A9"), subject({.name = "\xC3\xA9"}));
    }

    void withoutASubjectAnotherNameStandsForIt()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("URI:spiffe://waymark/client-a"),
                             subject({.name = "", .alternativeName = "URI:spiffe://waymark/client-a"}));
        CPPUNIT_ASSERT(subject({.name = "", .alternativeName = ""}).starts_with("serial "));
    }

    void timesAreThoseOfTheCertificate()
    {
        const auto certificate = readCertificates(
            _authority.issue({.begins = std::chrono::hours(-3), .ends = std::chrono::hours(5)}).certificate);
        CPPUNIT_ASSERT(endOf(*certificate->front()) - beginOf(*certificate->front()) ==
                       std::chrono::hours(8));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CertificateTest);

} // namespace waymark::httpapi

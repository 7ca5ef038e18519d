#include "TestCertificates.h"

#include "tls/Certificate.h"
#include "tls/OpenSsl.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <utility>

namespace waymark::httpapi
{

namespace
{

using ExtensionPtr = std::unique_ptr<X509_EXTENSION, OpenSslFree<&X509_EXTENSION_free>>;

constexpr unsigned rsaBits = 2048;
constexpr long version3 = 2;

template <class T>
T* made(T* object)
{
    if (object == nullptr)
        throw std::runtime_error("test certificate: " + takeOpenSslError());
    return object;
}

std::string textIn(BIO& bio)
{
    char* text = nullptr;
    const long size = BIO_get_mem_data(&bio, &text);
    return {text, static_cast<std::size_t>(size)};
}

template <class Write>
std::string pem(const Write& write)
{
    const BioPtr out(made(BIO_new(BIO_s_mem())));
    if (write(out.get()) != 1)
        throw std::runtime_error("test certificate: " + takeOpenSslError());
    return textIn(*out);
}

EvpKeyPtr newKey(bool rsa)
{
    return EvpKeyPtr(made(rsa ? EVP_RSA_gen(rsaBits) : EVP_EC_gen("P-256")));
}

std::string keyText(EVP_PKEY& key)
{
    return pem([&](BIO* out) {
        return PEM_write_bio_PKCS8PrivateKey(out, &key, nullptr, nullptr, 0, nullptr, nullptr);
    });
}

void name(X509_NAME& into, const std::string& common)
{
    if (!common.empty())
        X509_NAME_add_entry_by_txt(&into, "CN", MBSTRING_UTF8,
                                   static_cast<const unsigned char*>(static_cast<const void*>(common.data())),
                                   static_cast<int>(common.size()), -1, 0);
}

void extend(X509& certificate, int which, const std::string& value)
{
    const ExtensionPtr extension(made(X509V3_EXT_conf_nid(nullptr, nullptr, which, value.c_str())));
    X509_add_ext(&certificate, extension.get(), -1);
}

struct Content
{
    std::string issuer;
    TestAuthority::Request request;
    bool authority = false;
};

std::string sign(const Content& content, EVP_PKEY& subject, EVP_PKEY& issuer)
{
    static long serial = 1;
    const X509Ptr certificate(made(X509_new()));
    X509_set_version(certificate.get(), version3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
    name(*X509_get_subject_name(certificate.get()), content.request.name);
    name(*X509_get_issuer_name(certificate.get()), content.issuer);
    const auto seconds = [](std::chrono::hours hours) {
        return static_cast<long>(std::chrono::seconds(hours).count());
    };
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), seconds(content.request.begins));
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), seconds(content.request.ends));
    X509_set_pubkey(certificate.get(), &subject);
    if (content.authority)
        extend(*certificate, NID_basic_constraints, "critical,CA:TRUE");
    else if (!content.request.alternativeName.empty())
        extend(*certificate, NID_subject_alt_name, content.request.alternativeName);
    if (X509_sign(certificate.get(), &issuer, EVP_sha256()) == 0)
        throw std::runtime_error("test certificate: " + takeOpenSslError());
    return pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); });
}

} // namespace

struct TestAuthority::Key
{
    EvpKeyPtr key;
};

TestAuthority::TestAuthority(std::string name)
    : _name(std::move(name)), _key(std::make_unique<Key>(Key{newKey(false)}))
{
    Request own;
    own.name = _name;
    _certificate = sign({_name, own, true}, *_key->key, *_key->key);
}

TestAuthority::TestAuthority(std::string name, const TestAuthority& parent)
    : _name(std::move(name)), _key(std::make_unique<Key>(Key{newKey(false)}))
{
    Request own;
    own.name = _name;
    _certificate = sign({parent._name, own, true}, *_key->key, *parent._key->key);
}

TestAuthority::~TestAuthority() = default;

TestCertificate TestAuthority::issue(const Request& request) const
{
    const EvpKeyPtr key = newKey(request.rsa);
    return {sign({_name, request, false}, *key, *_key->key), keyText(*key)};
}

std::string withPassphrase(std::string_view key)
{
    const auto read = readPrivateKey(key);
    std::string word = "passphrase";
    return pem([&](BIO* out) {
        return PEM_write_bio_PKCS8PrivateKey(out, read->get(), EVP_aes_128_cbc(), word.data(),
                                             static_cast<int>(word.size()), nullptr, nullptr);
    });
}

} // namespace waymark::httpapi

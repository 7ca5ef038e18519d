#include "tls/TlsContext.h"

#include "tls/Certificate.h"
#include "tls/PemFile.h"

#include <Poco/Exception.h>
#include <openssl/err.h>

#include <array>
#include <cstddef>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr long largestClientChain = 32L * 1024L;

Poco::Net::Context::Ptr makeContext()
{
    Poco::Net::Context::Params params;
    params.verificationMode = Poco::Net::Context::VERIFY_NONE;
    // Of TLS 1.2, ciphers with forward secrecy and authenticated encryption (RFC 9325 section 4.2); those of
    // 1.3 are all like that.
    params.cipherList = "ECDHE+AESGCM:ECDHE+CHACHA20";
    // No finite fields: a client that asks for eight thousand bits would cost as much as a hundred others.
    params.ecdhCurve = "X25519:P-256:P-384";
    return new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params);
}

/// Of what a client offers (RFC 7301), the only protocol that is spoken here. A client that offers none of
/// it would not understand the answers.
int chooseProtocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                   unsigned int offeredSize, void*)
{
    static constexpr std::array<unsigned char, 9> http11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char* found = nullptr;
    if (SSL_select_next_proto(&found, size, http11.data(), http11.size(), offered, offeredSize) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

/// Reads a file for a key of the configuration and hands its text over.
template <class Load>
Result<void> load(const char* key, const std::filesystem::path& file, FileTrust trust, FileSystem& files,
                  const Load& loadText)
{
    const std::string name = std::string("http-api.") + key;
    const auto text = readPemFile(file, trust, files);
    if (!text)
        return failure(text.error().in(name));
    const Result<void> loaded = loadText(text->view());
    if (!loaded)
        return failure(loaded.error().code, name + ": " + file.string() + ' ' + loaded.error().message);
    return {};
}

} // namespace

TlsContext::TlsContext(TlsSettings settings) : _settings(std::move(settings)), _context(makeContext())
{
    setRules();
}

void TlsContext::setRules()
{
    SSL_CTX* const context = raw();
    SSL_CTX_set_min_proto_version(context, _settings.onlyTls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(context, 0);
    // What was decrypted may be a secret: nothing of it stays in OpenSSL's buffers. A client that just closes
    // is no attack on HTTP, whose messages say where they end.
    SSL_CTX_set_options(context, SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, &chooseProtocol, nullptr);
    SSL_CTX_set_max_cert_list(context, largestClientChain);
    // Poco's callback would ask its process-wide manager.
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::make(const TlsSettings& settings, FileSystem& files)
{
    std::shared_ptr<TlsContext> made;
    try {
        made.reset(new TlsContext(settings));
    } catch (const Poco::Exception& problem) {
        return failure(ErrorCode::internal, "TLS cannot be set up: " + problem.displayText());
    }
    const auto loaded =
        load("tls-certificate", settings.certificate, FileTrust::notWritable, files,
             [&](std::string_view pem) { return made->loadCertificate(pem); })
            .and_then([&] {
                return load("tls-key", settings.key, FileTrust::secret, files,
                            [&](std::string_view pem) { return made->loadKey(pem); });
            })
            .and_then([&]() -> Result<void> {
                if (!settings.clientCa)
                    return {};
                return load("tls-client-ca", *settings.clientCa, FileTrust::notWritable, files,
                            [&](std::string_view pem) { return made->loadClientCa(pem); });
            });
    if (!loaded)
        return failure(loaded.error());
    return made;
}

Result<void> TlsContext::loadCertificate(std::string_view pem)
{
    auto chain = readCertificates(pem);
    if (!chain)
        return failure(chain.error());
    X509& own = *chain->front();
    if (SSL_CTX_use_certificate(raw(), &own) != 1)
        return failure(ErrorCode::corrupt, "holds a certificate that cannot be used: " + takeOpenSslError());
    for (std::size_t i = 1; i < chain->size(); ++i)
        if (SSL_CTX_add1_chain_cert(raw(), (*chain)[i].get()) != 1)
            return failure(ErrorCode::corrupt, "holds a chain that cannot be used: " + takeOpenSslError());
    _subject = subjectOf(own);
    _begins = beginOf(own);
    _ends = endOf(own);
    return {};
}

Result<void> TlsContext::loadKey(std::string_view pem)
{
    const auto key = readPrivateKey(pem);
    if (!key)
        return failure(key.error());
    if (X509_check_private_key(SSL_CTX_get0_certificate(raw()), key->get()) != 1) {
        ERR_clear_error();
        return failure(ErrorCode::corrupt, "is not the key of the first certificate in " +
                                               _settings.certificate.string() +
                                               ", whose own certificate must stand first");
    }
    if (SSL_CTX_use_PrivateKey(raw(), key->get()) != 1)
        return failure(ErrorCode::corrupt, "holds a key that cannot be used: " + takeOpenSslError());
    return {};
}

Result<void> TlsContext::loadClientCa(std::string_view pem)
{
    const auto authorities = readCertificates(pem);
    if (!authorities)
        return failure(authorities.error());
    X509_STORE* const store = SSL_CTX_get_cert_store(raw());
    for (const X509Ptr& authority : *authorities)
        if (X509_STORE_add_cert(store, authority.get()) != 1 ||
            SSL_CTX_add_client_CA(raw(), authority.get()) != 1)
            return failure(ErrorCode::corrupt,
                           "holds an authority that cannot be used: " + takeOpenSslError());
    // Who names an intermediate authority means its clients and not those of its root.
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    int mode = SSL_VERIFY_PEER;
    if (_settings.clients == ClientCertificates::required)
        mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(raw(), mode, nullptr);
    // No resumption: each connection shows its certificate anew, and it is looked at anew.
    SSL_CTX_set_options(raw(), SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(raw(), 0);
    return {};
}

SslPtr TlsContext::open() const noexcept
{
    return SslPtr(SSL_new(raw()));
}

} // namespace waymark::httpapi

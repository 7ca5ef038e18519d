#include "commands/ClientTls.h"

#include "commands/ApiClient.h"
#include "tls/Certificate.h"
#include "tls/PemFile.h"

#include <Poco/Exception.h>
#include <Poco/Net/NetSSL.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::httpapi
{

namespace
{

namespace net = Poco::Net;

/// What became of the server's certificate: the error that OpenSSL tells has no more than that it is refused.
thread_local int verdict = X509_V_OK;

int verify(X509_STORE_CTX* store, void* /*unused*/)
{
    const int verified = X509_verify_cert(store);
    verdict = X509_STORE_CTX_get_error(store);
    return verified;
}

bool isOfUnknownAuthority(int code)
{
    return code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
           code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
           code == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
           code == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT || code == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN;
}

/// A file that is not there is no matter of who may use it.
tl::unexpected<Error> unreadable(const std::string& option, const Error& error)
{
    const bool isThere = error.code != ErrorCode::notFound && error.code != ErrorCode::io;
    return failure(isThere ? ErrorCode::permission : error.code, error.in(option).message);
}

tl::unexpected<Error> unusable(const std::string& option, const std::string& why)
{
    return failure(ErrorCode::permission, option + ": " + why);
}

} // namespace

Result<void> ClientTls::check() const
{
    if (certificate.has_value() != key.has_value())
        return failure(ErrorCode::invalidArgument, "--cert and --cert-key belong together");
    if (authorities && ::access(authorities->c_str(), R_OK) != 0) {
        const int number = errno;
        return failure(number == ENOENT ? ErrorCode::notFound : ErrorCode::permission,
                       "--ca: " + *authorities +
                           " cannot be read: " + std::generic_category().message(number));
    }
    return {};
}

Result<net::Context::Ptr> ClientTls::context() const
{
    if (auto checked = check(); !checked)
        return failure(std::move(checked.error()));
    try {
        net::initializeSSL();
        net::Context::Params params;
        params.caLocation = authorities.value_or("");
        params.loadDefaultCAs = true;
        params.verificationMode = net::Context::VERIFY_STRICT; // on this host, too
        net::Context::Ptr context(new net::Context(net::Context::TLS_CLIENT_USE, params));
        context->requireMinimumProtocol(net::Context::PROTO_TLSV1_2);
        verdict = X509_V_OK;
        SSL_CTX_set_cert_verify_callback(context->sslContext(), verify, nullptr);
        if (auto shown = certificate ? show(context) : Result<void>(); !shown)
            return failure(std::move(shown.error()));
        return context;
    } catch (const Poco::Exception&) {
        ERR_clear_error();
        return failure(ErrorCode::permission,
                       "--ca: " + authorities.value_or("") + " holds no certificates in PEM");
    }
}

std::string ClientTls::problem(const net::SSLException& thrown, const std::string& host) const
{
    const std::string text = thrown.displayText();
    if (text.find("wrong version number") != std::string::npos ||
        text.find("packet length too long") != std::string::npos)
        return "it speaks no TLS there: is http:// meant instead of https://?";
    if (isOfUnknownAuthority(verdict))
        return authorities ? "its certificate is of no authority in " + *authorities +
                                 " (--ca), and of none that this system trusts"
                           : "its certificate is of no authority that this system trusts; name that one's "
                             "certificate with --ca FILE";
    if (verdict == X509_V_ERR_CERT_HAS_EXPIRED || verdict == X509_V_ERR_CERT_NOT_YET_VALID)
        return std::string(verdict == X509_V_ERR_CERT_HAS_EXPIRED ? "its certificate has expired"
                                                                  : "its certificate is not valid yet") +
               ", by the clock of this machine";
    if (verdict != X509_V_OK)
        return "its certificate is refused: " + std::string(X509_verify_cert_error_string(verdict));
    if (dynamic_cast<const net::CertificateValidationException*>(&thrown) != nullptr)
        return "its certificate does not name '" + printable(host) +
               "'; write a name or an address into the URL that it does name";
    return printable(text);
}

Result<void> ClientTls::show(const net::Context::Ptr& context) const
{
    SSL_CTX* const raw = context->sslContext();
    const auto pem = readPemFile(*certificate, FileTrust::notWritable, systemFiles());
    if (!pem)
        return unreadable("--cert", pem.error());
    auto chain = readCertificates(pem->view());
    if (!chain)
        return unusable("--cert", *certificate + ' ' + chain.error().message);
    if (SSL_CTX_use_certificate(raw, chain->front().get()) != 1)
        return unusable("--cert", *certificate + " cannot be used: " + takeOpenSslError());
    for (std::size_t i = 1; i < chain->size(); ++i)
        if (SSL_CTX_add1_chain_cert(raw, (*chain)[i].get()) != 1)
            return unusable("--cert",
                            *certificate + " has a chain that cannot be used: " + takeOpenSslError());
    const auto secret = readPemFile(*key, FileTrust::secret, systemFiles());
    if (!secret)
        return unreadable("--cert-key", secret.error());
    const auto loaded = readPrivateKey(secret->view());
    if (!loaded)
        return unusable("--cert-key", *key + ' ' + loaded.error().message);
    if (SSL_CTX_use_PrivateKey(raw, loaded->get()) != 1) {
        ERR_clear_error();
        return unusable("--cert-key", *key + " is not the key of the first certificate in " + *certificate);
    }
    return {};
}

} // namespace waymark::httpapi

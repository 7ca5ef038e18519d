#include "tls/Certificate.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t longestSubject = 256;

using NamesPtr = std::unique_ptr<GENERAL_NAMES, OpenSslFree<&GENERAL_NAMES_free>>;

/// For PEM functions: the passphrase is never asked for, but that it is needed is kept.
int refusePassphrase(char*, int, int, void* wanted)
{
    *static_cast<bool*>(wanted) = true;
    return -1;
}

std::string textIn(BIO* bio)
{
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio, &text);
    return {text, static_cast<std::size_t>(size)};
}

BioPtr memory()
{
    BioPtr bio(BIO_new(BIO_s_mem()));
    if (!bio)
        throw std::bad_alloc();
    return bio;
}

/// Others' texts: what is no printable ASCII is escaped already, what is too long is cut.
std::string inOneLine(std::string text)
{
    for (char& letter : text)
        if (letter < ' ' || letter > '~')
            letter = '?';
    if (text.size() > longestSubject)
        text = text.substr(0, longestSubject - 3) + "...";
    return text;
}

std::string nameOf(const X509& certificate)
{
    const BioPtr out = memory();
    X509_NAME_print_ex(out.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_RFC2253);
    return textIn(out.get());
}

std::string alternativeNameOf(const X509& certificate)
{
    void* const found = X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr);
    const NamesPtr names(static_cast<GENERAL_NAMES*>(found));
    if (!names || sk_GENERAL_NAME_num(names.get()) == 0)
        return {};
    const BioPtr out = memory();
    GENERAL_NAME_print(out.get(), sk_GENERAL_NAME_value(names.get(), 0));
    return textIn(out.get());
}

std::string serialOf(const X509& certificate)
{
    const BioPtr out = memory();
    i2a_ASN1_INTEGER(out.get(), X509_get0_serialNumber(&certificate));
    return "serial " + textIn(out.get());
}

WallTime timeOf(const ASN1_TIME* time)
{
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return {};
    return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

} // namespace

Result<std::vector<X509Ptr>> readCertificates(std::string_view pem)
{
    const BioPtr bio = bioOf(pem);
    std::vector<X509Ptr> certificates;
    ERR_clear_error();
    while (X509* const next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
        certificates.emplace_back(next);
    const bool atEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    const std::string reason = takeOpenSslError();
    if (!atEnd)
        return failure(ErrorCode::corrupt, "holds a certificate that cannot be read (" + reason + ")");
    if (certificates.empty())
        return failure(ErrorCode::corrupt, "holds no certificate (-----BEGIN CERTIFICATE-----)");
    return certificates;
}

Result<EvpKeyPtr> readPrivateKey(std::string_view pem)
{
    const BioPtr bio = bioOf(pem);
    bool passphrase = false;
    ERR_clear_error();
    EvpKeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &refusePassphrase, &passphrase));
    const std::string reason = takeOpenSslError();
    if (key)
        return key;
    if (passphrase)
        return failure(ErrorCode::corrupt,
                       "is encrypted, and nobody is there to enter its passphrase: take it off (openssl "
                       "pkey -in FILE -out FILE) and close the file to others");
    return failure(ErrorCode::corrupt,
                   "holds no private key (-----BEGIN PRIVATE KEY-----) that can be read (" + reason + ")");
}

std::string subjectOf(const X509& certificate)
{
    std::string text = nameOf(certificate);
    if (text.empty())
        text = alternativeNameOf(certificate);
    if (text.empty())
        text = serialOf(certificate);
    return inOneLine(std::move(text));
}

WallTime beginOf(const X509& certificate)
{
    return timeOf(X509_get0_notBefore(&certificate));
}

WallTime endOf(const X509& certificate)
{
    return timeOf(X509_get0_notAfter(&certificate));
}

} // namespace waymark::httpapi

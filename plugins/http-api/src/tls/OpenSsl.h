#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// Frees an object of OpenSSL's with the function that it has for that.
template <auto Free>
struct OpenSslFree
{
    template <class T>
    void operator()(T* object) const noexcept
    {
        Free(object);
    }
};

using BioPtr = std::unique_ptr<BIO, OpenSslFree<&BIO_free>>;
using EvpKeyPtr = std::unique_ptr<EVP_PKEY, OpenSslFree<&EVP_PKEY_free>>;
using SslPtr = std::unique_ptr<SSL, OpenSslFree<&SSL_free>>;
using X509Ptr = std::unique_ptr<X509, OpenSslFree<&X509_free>>;

/// What went wrong last on this thread, in OpenSSL's words, and no more of it on the thread's list.
std::string takeOpenSslError();

/// A view of a text that outlives it. Throws std::bad_alloc.
BioPtr bioOf(std::string_view text);

} // namespace waymark::httpapi

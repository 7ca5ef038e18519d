#include "tls/OpenSsl.h"

#include <openssl/err.h>

#include <new>

namespace waymark::httpapi
{

std::string takeOpenSslError()
{
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    if (code == 0)
        return "no reason was given";
    const char* const reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "error " + std::to_string(code);
}

BioPtr bioOf(std::string_view text)
{
    BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!bio)
        throw std::bad_alloc();
    return bio;
}

} // namespace waymark::httpapi

#pragma once

namespace waymark::node
{

/// The nonce of a signature after RFC 6979 with HMAC-SHA256: byte for byte what libsecp256k1 takes by
/// default, in a third of the time where the processor has instructions for SHA-256, which that library
/// leaves unused. To be given to it as a secp256k1_nonce_function; what is rare is left to the library's own.
///
/// `data`: null, or 32 bytes of additional data (section 3.6).
int rfc6979Nonce(unsigned char* nonce, const unsigned char* digest, const unsigned char* key,
                 const unsigned char* algorithm, void* data, unsigned int attempt) noexcept;

} // namespace waymark::node

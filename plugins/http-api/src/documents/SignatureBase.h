#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/node/Keccak.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// What the signature of a document covers, as its header fields say it.
struct SignedDocument
{
    std::string path;          ///< "/peers.txt"
    std::string contentDigest; ///< the field Content-Digest
    std::string revision;      ///< the field Waymark-Revision
    std::uint64_t created = 0; ///< seconds since 1970
    std::uint64_t expires = 0;
    std::string keyId; ///< the id of the node that signs, in hex
};

node::Hash256 sha256(std::string_view text);
std::string toBase64(ByteView bytes);

/// The field Content-Digest (RFC 9530): "sha-256=:<base64>:".
std::string contentDigest(std::string_view content);
/// What Signature-Input says behind the label (RFC 9421, section 2.3).
std::string signatureParameters(const SignedDocument& document);
/// The text that is signed (RFC 9421, section 2.5).
std::string signatureBase(const SignedDocument& document);

} // namespace waymark::httpapi

#include "documents/SignatureBase.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <vector>

namespace waymark::httpapi
{

namespace
{

constexpr std::string_view components = R"(("content-digest" "waymark-revision" "@path";req))";

} // namespace

node::Hash256 sha256(std::string_view text)
{
    node::Hash256 digest{};
    const ByteView bytes = asBytes(text);
    ::SHA256(bytes.data(), bytes.size(), digest.data());
    return digest;
}

std::string toBase64(ByteView bytes)
{
    std::vector<Byte> text((bytes.size() + 2) / 3 * 4 + 1); // and the zero that OpenSSL puts behind
    const int length = ::EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
    return {text.begin(), text.begin() + length};
}

std::string contentDigest(std::string_view content)
{
    return "sha-256=:" + toBase64(sha256(content)) + ':';
}

std::string signatureParameters(const SignedDocument& document)
{
    return std::string(components) + ";created=" + std::to_string(document.created) +
           ";expires=" + std::to_string(document.expires) + ";keyid=\"" + document.keyId +
           "\";alg=\"ecdsa-secp256k1-sha256\"";
}

std::string signatureBase(const SignedDocument& document)
{
    return "\"content-digest\": " + document.contentDigest + "\n\"waymark-revision\": " + document.revision +
           "\n\"@path\";req: " + document.path + "\n\"@signature-params\": " + signatureParameters(document);
}

} // namespace waymark::httpapi

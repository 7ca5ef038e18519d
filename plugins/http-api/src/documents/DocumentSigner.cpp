#include "documents/DocumentSigner.h"

#include "documents/SignatureBase.h"

#include <algorithm>
#include <chrono>

namespace waymark::httpapi
{

http::ApiResponse::Headers DocumentSigner::sign(std::string_view path, std::string_view content,
                                                registry::Revision revision, Duration lifetime) const
{
    SignedDocument document;
    document.path = path;
    document.contentDigest = contentDigest(content);
    document.revision = revision.toString();
    document.created = _clock.unixSeconds();
    document.expires = document.created +
                       static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(lifetime).count());
    document.keyId = _node.key().hex();

    const auto signature = _node.sign(sha256(signatureBase(document)));
    node::CompactSignature compact{};
    std::copy_n(signature.begin(), compact.size(), compact.begin());
    return {{"Content-Digest", document.contentDigest},
            {"Signature-Input", "waymark=" + signatureParameters(document)},
            {"Signature", "waymark=:" + toBase64(compact) + ':'}};
}

} // namespace waymark::httpapi

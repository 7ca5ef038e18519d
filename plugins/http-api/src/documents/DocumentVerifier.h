#pragma once

#include <waymark/base/Result.h>
#include <waymark/node/Key.h>
#include <waymark/registry/Revision.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// A copy of a document, wherever it comes from, with the fields that came with it; empty ones were missing.
struct DocumentCopy
{
    std::string path; ///< that the node serves it at
    std::string content;
    std::string contentDigest;
    std::string signatureInput;
    std::string signature;
    std::string revision;
};

/// What is expected of it.
struct DocumentDemands
{
    node::PublicKey node;                    ///< who must have signed it
    std::uint64_t now = 0;                   ///< seconds since 1970
    std::optional<registry::Revision> after; ///< of one that was seen before: not older
    std::optional<std::uint64_t> since;      ///< its `created`: not older
};

/// When a good copy was signed, and until when it is good.
struct VerifiedDocument
{
    std::uint64_t created = 0;
    std::uint64_t expires = 0;
    registry::Revision revision;
};

/// Whether the node signed this content for this path (RFC 9421, exactly as DocumentSigner does it), it has
/// not expired, and it is no older than asked for. The message of a failure says which of these it is not.
Result<VerifiedDocument> verifyDocument(const DocumentCopy& copy, const DocumentDemands& demands);

} // namespace waymark::httpapi

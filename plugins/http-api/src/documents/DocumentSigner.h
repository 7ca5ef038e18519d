#pragma once

#include <waymark/base/Clock.h>
#include <waymark/http/ApiResponse.h>
#include <waymark/node/LocalNode.h>
#include <waymark/registry/Revision.h>

#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// Signs documents with the node key, so that whoever knows this node's id can tell that a copy, from a cache
/// or a mirror, is whole, of this path, not expired, and not older than one seen before.
///
/// HTTP Message Signatures (RFC 9421): the signature, labelled `waymark`, covers Content-Digest (RFC 9530,
/// sha-256), Waymark-Revision and the path that was asked for, and has `created`, `expires` and `keyid`, the
/// node's id in hex. Its algorithm, which that document does not register, is ECDSA over secp256k1 with
/// SHA-256 and the signature as the 32 bytes of r and of s.
class DocumentSigner
{
public:
    DocumentSigner(const node::LocalNode& node, const Clock& clock) : _node(node), _clock(clock) {}

    /// Content-Digest, Signature-Input and Signature for a document that is served at `path`.
    http::ApiResponse::Headers sign(std::string_view path, std::string_view content,
                                    registry::Revision revision, Duration lifetime) const;

private:
    const node::LocalNode& _node;
    const Clock& _clock;
};

} // namespace waymark::httpapi

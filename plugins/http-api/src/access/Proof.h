#pragma once

#include "server/Refusal.h"

#include <waymark/node/Key.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// What a proof is about: one request. Borrowed.
struct ProvenRequest
{
    std::string_view method;
    std::string_view path; ///< percent-decoded, without query
    std::string_view body;
};

/// That whoever sends a request has a peer's secret key:
///
///     Authorization: Waymark-Proof peer="<128 hex>", epoch="<16 hex>", expires="<unix seconds>",
///                    signature="<130 hex digits: r, s, v>"
///
/// What is signed is keccak256 of the lines "waymark-proof-v1", method, path, peer, epoch, expires and the
/// SHA-256 of the body in hex, with a line feed between each two. Only the first two can have a line feed in
/// them, and all others have one length, so no two requests share a text. The epoch is that of the registry:
/// what was signed before a restart, or for another node, is worth nothing.
struct Proof
{
    static constexpr std::string_view scheme = "Waymark-Proof";

    node::PublicKey peer; ///< of parse(): perhaps not on the curve; no key recovered is equal to it then
    std::uint64_t epoch = 0;
    std::uint64_t expires = 0; ///< seconds since 1970
    node::RecoverableSignature signature{};

    /// What stands behind the scheme. 401 for what is not in exactly this form; parameters in any order.
    static Answered<Proof> parse(std::string_view parameters);
    static Proof make(const node::SecretKey& key, std::uint64_t epoch, std::uint64_t expires,
                      const ProvenRequest& request);

    /// The value of the field.
    std::string toString() const;
    node::Hash256 digest(const ProvenRequest& request) const;
    /// True when the peer's key signed this digest.
    bool isSigned(const node::Hash256& digest) const;
    /// For logs: "peer:" and the first 16 digits of the id.
    std::string identity() const;
};

} // namespace waymark::httpapi

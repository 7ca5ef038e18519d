#pragma once

#include "server/SecretBuffer.h"

#include <waymark/base/Bytes.h>
#include <waymark/base/Random.h>
#include <waymark/base/Result.h>
#include <waymark/http/RouteTable.h>
#include <waymark/node/IpNetwork.h>

#include <string>
#include <string_view>
#include <vector>

namespace waymark::httpapi
{

using TokenDigest = FixedBytes<32>;

/// SHA-256, plain: a token has 256 random bits, so there is no dictionary that salt or stretching could
/// slow down.
TokenDigest digestOf(std::string_view token);

/// A new token: "waymark_" and 256 random bits as base64url.
SecretBuffer makeToken(Random& random);

/// The word for a role in token files and logs: "read", "register", "admin"; "none" for Role::open.
std::string_view toString(http::Role role) noexcept;
/// "read", "register" or "admin".
Result<http::Role> parseTokenRole(std::string_view word);

/// What is known of a bearer token: its digest, never itself, what it is good for, and from where.
struct TokenEntry
{
    http::Role role = http::Role::reader;
    TokenDigest digest{};
    std::string label;                     ///< for logs; may be empty
    std::vector<node::IpNetwork> networks; ///< none: from anywhere

    /// `<role> sha256:<64 hex digits> [label=NAME] [from=CIDR[,CIDR...]]`. Messages repeat no part of the
    /// line but its options' names: somebody may have put a token there.
    static Result<TokenEntry> parse(std::string_view line);
    /// Letters, digits, '.', '_' and '-', at most 64.
    static Result<void> checkLabel(std::string_view label);
    static Result<std::vector<node::IpNetwork>> parseNetworks(std::string_view list);

    /// The line; parse() reads it.
    std::string toString() const;
    /// For logs: "token:" and the label, or the first digits of the digest.
    std::string identity() const;
    bool isFrom(const node::IpAddress& address) const noexcept;
};

} // namespace waymark::httpapi

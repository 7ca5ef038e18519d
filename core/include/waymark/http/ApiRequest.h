#pragma once

#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::http
{

/// One HTTP request as a route's handler sees it. Borrowed: valid until the handler returns; what is needed
/// later is copied.
struct ApiRequest
{
    struct IgnoreCase
    {
        using is_transparent = void;
        bool operator()(std::string_view left, std::string_view right) const noexcept;
    };
    using Headers = std::map<std::string, std::string, IgnoreCase>;

    std::string method;                                         ///< upper case
    std::string path;                                           ///< percent-decoded, without query
    std::map<std::string, std::string, std::less<>> parameters; ///< what {name} in the pattern matched
    std::map<std::string, std::string, std::less<>> query;      ///< decoded; no name stands there twice
    Headers headers;                                            ///< without credentials
    std::string_view body;                                      ///< complete; wiped after the handler
    node::Endpoint remote;                                      ///< the peer of the connection
    std::string requestId;                                      ///< for logs
    std::string identity; ///< who asks, for logs: "anonymous" or what its credentials are called

    /// Whose key the request was signed with. Then it may be about this peer and no other; where the pattern
    /// has {id}, that is this one.
    std::optional<node::PublicKey> provenPeer{};

    /// True when the connection comes from 127.0.0.0/8 or ::1 and no proxy says that it passes on (Forwarded,
    /// X-Forwarded-For) what came from elsewhere.
    bool fromThisHost() const;
    /// A header's value or nothing.
    std::optional<std::string_view> header(std::string_view name) const;
    /// A pattern parameter; it is there when the pattern has it (else: std::logic_error).
    const std::string& parameter(std::string_view name) const;
};

} // namespace waymark::http

#pragma once

#include "access/Credentials.h"
#include "access/TokenFile.h"

#include <waymark/http/RouteTable.h>
#include <waymark/node/IpAddress.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::httpapi
{

/// Who may register and remove peers.
enum class Registration : std::uint8_t
{
    open,  ///< everybody
    token, ///< who has credentials with the role for it
    proof  ///< each peer itself, and who has such credentials
};

/// Why a request gets no better answer than 401 or 403.
struct Denial
{
    int status = 0;
    std::string message;
    std::string_view error{};                  ///< of RFC 6750 section 3.1; empty: none
    std::optional<std::uint64_t> retryAfter{}; ///< seconds
};

/// Who asks, and whether he may.
struct Verdict
{
    std::string identity = "anonymous"; ///< for logs
    http::Role role = http::Role::open; ///< what his credentials are good for
    std::optional<Denial> denial;

    bool isAnonymous() const noexcept { return role == http::Role::open; }
};

/// Who may do what. Immutable; any thread.
class AccessPolicy
{
public:
    struct Settings
    {
        Registration registration = Registration::token;
        bool allowAnonymous = false;    ///< looking needs no credentials
        std::optional<TokenSet> tokens; ///< nothing: no tokens are used here
        bool clientCertificates = false;
    };
    /// Where a request comes from.
    struct Caller
    {
        node::IpAddress address;
        bool isThisHost = false; ///< and no proxy has passed the request on
    };

    /// Lets nobody in.
    AccessPolicy() : AccessPolicy(Settings{.tokens = TokenSet()}) {}
    explicit AccessPolicy(Settings settings) : _settings(std::move(settings)) {}

    /// A token that is sent must be a good one, also where none is needed; a route of Role::open looks at
    /// none. Admin includes registering, and that includes looking. Proofs are not looked at here.
    Verdict decide(const http::Route& route, const Credentials& credentials, const Caller& caller) const;

    /// True where a peer's proof is asked for.
    bool takesProof(const http::Route& route) const noexcept
    {
        return _settings.registration == Registration::proof && route.takesProof;
    }
    bool takesTokens() const noexcept { return _settings.tokens.has_value(); }

private:
    Verdict identify(const Credentials& credentials, const Caller& caller) const;
    Verdict identifyToken(std::string_view token, const Caller& caller) const;
    bool allowsAnybody(http::Role needed, const Caller& caller) const;
    Denial denialFor(const http::Route& route, const Verdict& verdict) const;
    bool hasCredentials() const noexcept { return _settings.tokens || _settings.clientCertificates; }

    Settings _settings;
};

} // namespace waymark::httpapi

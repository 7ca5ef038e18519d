#include "access/AccessPolicy.h"

namespace waymark::httpapi
{

namespace
{

using http::Role;

/// A route that changes something is never for readers, also when its author forgot to say so.
Role neededFor(const http::Route& route) noexcept
{
    return route.mutates && route.role == Role::reader ? Role::registrant : route.role;
}

Verdict unknownToken()
{
    Verdict verdict;
    verdict.denial = Denial{401, "this token is not known here", "invalid_token"};
    return verdict;
}

} // namespace

Verdict AccessPolicy::decide(const http::Route& route, const Credentials& credentials,
                             const Caller& caller) const
{
    const Role needed = neededFor(route);
    if (needed == Role::open)
        return {};
    Verdict verdict = identify(credentials, caller);
    if (!verdict.denial && verdict.role < needed && !allowsAnybody(needed, caller))
        verdict.denial = denialFor(route, verdict);
    return verdict;
}

Verdict AccessPolicy::identify(const Credentials& credentials, const Caller& caller) const
{
    if (const auto* const token = std::get_if<BearerToken>(&credentials))
        return identifyToken(token->text, caller);
    if (const auto* const certificate = std::get_if<ClientCertificate>(&credentials))
        return {std::string(certificate->kind) + ':' + certificate->subject, certificate->role, std::nullopt};
    return {};
}

Verdict AccessPolicy::identifyToken(std::string_view token, const Caller& caller) const
{
    const TokenEntry* const known = _settings.tokens ? _settings.tokens->find(token) : nullptr;
    if (known == nullptr)
        return unknownToken();
    Verdict verdict{known->identity(), known->role, std::nullopt};
    if (!known->isFrom(caller.address))
        verdict.denial = Denial{403, "this token may not be used from this address"};
    return verdict;
}

bool AccessPolicy::allowsAnybody(Role needed, const Caller& caller) const
{
    switch (needed) {
    case Role::open:
        return true;
    case Role::reader:
        return _settings.allowAnonymous || !hasCredentials();
    case Role::registrant:
        return _settings.registration == Registration::open;
    case Role::admin:
        break;
    }
    return !hasCredentials() && caller.isThisHost;
}

Denial AccessPolicy::denialFor(const http::Route& route, const Verdict& verdict) const
{
    const Role needed = neededFor(route);
    const std::string role(toString(needed));
    if (!verdict.isAnonymous())
        return {403, "this needs credentials with the role " + role, "insufficient_scope"};
    if (takesProof(route))
        return {401, "this needs a proof by the peer's own key, or a token with the role " + role +
                         ": waymark register makes one"};
    if (!hasCredentials() && needed == Role::registrant)
        return {403, "this takes no proof, and nobody has a token for it: set http-api.tokens"};
    if (!hasCredentials())
        return {403, "this may only be asked from this host itself, and not through a proxy, unless "
                     "http-api.tokens is set"};
    if (!_settings.tokens)
        return {403, "this needs a client certificate"};
    return {401, "this needs a token with the role " + role + ": send Authorization: Bearer TOKEN"};
}

} // namespace waymark::httpapi

#include "access/Access.h"

#include <waymark/base/Random.h>
#include <waymark/node/PeerId.h>

#include <chrono>
#include <utility>

namespace waymark::httpapi
{

namespace
{

/// A web page makes its visitor's browser send what it likes to where only the visitor may connect, with the
/// visitor's certificate where he has one, and a browser says so. Only a token is not the browser's to give.
bool isFromWebPage(const http::ApiRequest& request)
{
    return request.header("Origin").has_value();
}

/// False for nobody in particular, and for a proxy that passes on what others ask over a Unix socket: they
/// are not the user that the proxy runs as.
bool speaksForItself(const Access::Asked& asked)
{
    if (asked.client == nullptr || asked.client->kind != ClientIdentity::localUser)
        return asked.client != nullptr;
    return asked.request.fromThisHost() && !isFromWebPage(asked.request);
}

/// The id in the path, when it is one: somebody may have pasted a secret there.
std::string peerIn(const http::ApiRequest& request)
{
    const auto found = request.parameters.find("id");
    if (found == request.parameters.end())
        return {};
    const auto id = node::PeerId::parse(found->second);
    return id ? id->toString() : std::string();
}

void tellTokens(const observe::Log& log, std::size_t count)
{
    const auto level = count == 0 ? observe::LogLevel::warning : observe::LogLevel::info;
    log.write(level, "http.tokens_read", {{"tokens", count}},
              count == 0 ? "The token file has no token in it: it lets nobody in." : "");
}

} // namespace

Access::Access(observe::MetricRegistry& metrics, const observe::Log& log)
    : _log(log),
      _auditLost(metrics.counter("waymark_http_audit_lost_total",
                                 "Lines of the audit log that memory was missing for")),
      _rates(SystemRandom().next64())
{
}

void Access::apply(std::shared_ptr<const AccessRules> rules)
{
    if (rules->tokens)
        tellTokens(_log, *rules->tokens);
    _rates.setRate(rules->rate);
    const std::lock_guard lock(_mutex);
    _rules = std::move(rules);
}

std::shared_ptr<const AccessRules> Access::rules() const
{
    const std::lock_guard lock(_mutex);
    return _rules;
}

Admission Access::admit(const Asked& asked)
{
    Admission admission;
    admission.request = asked.request.requestId;
    if (asked.route != nullptr && asked.route->role == http::Role::open && !asked.route->mutates)
        return admission;
    admission.refusal = overRate(asked.budget);
    if (asked.route == nullptr)
        return admission;
    Verdict verdict;
    if (!admission.refusal) {
        const auto current = rules();
        verdict = decide(current->policy, asked, admission);
        if (verdict.denial)
            admission.refusal = answerTo(*verdict.denial, current->policy.takesProof(*asked.route),
                                         current->policy.takesTokens());
    }
    admission.identity = verdict.identity;
    if (asked.route->mutates)
        admission.audit = entryOf(asked, verdict, admission.refusal || admission.proof);
    return admission;
}

std::optional<http::ApiResponse> Access::prove(Admission& admission, http::ApiRequest& request,
                                               const node::IpAddress& budget)
{
    const Proof proof = *std::exchange(admission.proof, std::nullopt);
    if (auto refusal = _proofs->check(proof, {request.method, request.path, request.body}, budget)) {
        const Denial denial{refusal->status, std::move(refusal->message), {}, refusal->retryAfter};
        return answerTo(denial, true, false);
    }
    admission.identity = proof.identity();
    if (admission.audit)
        admission.audit->identified(admission.identity, toString(http::Role::registrant));
    request.identity = admission.identity;
    request.provenPeer = proof.peer;
    return std::nullopt;
}

Verdict Access::decide(const AccessPolicy& policy, const Asked& asked, Admission& admission) const
{
    const auto denied = [](int status, std::string message) {
        Verdict verdict;
        verdict.denial = Denial{status, std::move(message)};
        return verdict;
    };
    auto credentials = credentialsIn(asked.head);
    if (!credentials)
        return denied(credentials.error().status, credentials.error().message);
    if (const auto* const proof = std::get_if<Proof>(&*credentials)) {
        if (_proofs && policy.takesProof(*asked.route)) {
            Verdict verdict;
            verdict.denial = considerProof(*proof, asked);
            if (!verdict.denial)
                admission.proof = *proof;
            return verdict;
        }
        credentials = NoCredentials{}; // as other schemes that nobody looks at here
    }
    // A token says more exactly who asks: several programs may share a certificate.
    if (std::holds_alternative<NoCredentials>(*credentials) && speaksForItself(asked))
        credentials = *asked.client;
    const AccessPolicy::Caller caller{asked.request.remote.ip, asked.request.fromThisHost()};
    Verdict verdict = policy.decide(*asked.route, *credentials, caller);
    const bool byToken = std::holds_alternative<BearerToken>(*credentials) && !verdict.isAnonymous();
    if (!verdict.denial && asked.route->mutates && !byToken && isFromWebPage(asked.request))
        verdict.denial = Denial{403, "a web page may change nothing here without a token"};
    return verdict;
}

/// Cheap things first; the signature is looked at when the body is there.
std::optional<Denial> Access::considerProof(const Proof& proof, const Asked& asked) const
{
    if (auto refusal = _proofs->precheck(proof))
        return Denial{refusal->status, std::move(refusal->message)};
    const std::string named = peerIn(asked.request);
    if (!named.empty() && named != node::PeerId(proof.peer).toString())
        return Denial{403, "this peer may only be changed with a proof by its own key"};
    return std::nullopt;
}

http::ApiResponse Access::answerTo(const Denial& denial, bool takesProof, bool takesTokens) const
{
    auto answer = http::ApiResponse::error(denial.status, denial.message);
    if (denial.retryAfter)
        answer.header("Retry-After", std::to_string(*denial.retryAfter));
    if (denial.status != 401 && denial.error.empty())
        return answer;
    std::string challenge = takesProof && _proofs && denial.error.empty() ? _proofs->challenge() : "";
    if (challenge.empty() || takesTokens) {
        challenge.append(challenge.empty() ? "" : ", ").append(R"(Bearer realm="waymark")");
        if (!denial.error.empty())
            challenge.append(R"(, error=")").append(denial.error).append("\"");
    }
    return answer.header("WWW-Authenticate", challenge);
}

std::optional<http::ApiResponse> Access::overRate(const node::IpAddress& budget)
{
    const auto wait = _rates.take(budget, std::chrono::steady_clock::now());
    if (!wait)
        return std::nullopt;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
    return http::ApiResponse::error(429, "too many requests come from this address: send fewer, and try "
                                         "again (http-api.rate-per-address)")
        .header("Retry-After", std::to_string(seconds));
}

std::unique_ptr<AuditEntry> Access::entryOf(const Asked& asked, const Verdict& verdict, bool refused) const
{
    return std::make_unique<AuditEntry>(
        _log, _auditLost,
        AuditEntry::Facts{asked.request.method, asked.route->pattern, peerIn(asked.request), verdict.identity,
                          toString(verdict.role), asked.request.remote.toString(), asked.request.requestId,
                          refused && verdict.isAnonymous()});
}

} // namespace waymark::httpapi

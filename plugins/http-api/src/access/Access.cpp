#include "access/Access.h"

#include <waymark/base/Random.h>
#include <waymark/node/PeerId.h>

#include <chrono>
#include <utility>

namespace waymark::httpapi
{

namespace
{

/// What a proxy passes on comes from elsewhere, also when the proxy is on this host.
bool comesFromThisHost(const http::ApiRequest& request)
{
    return request.fromLoopback() && !request.header("Forwarded") && !request.header("X-Forwarded-For");
}

http::ApiResponse answerTo(const Denial& denial)
{
    auto answer = http::ApiResponse::error(denial.status, denial.message);
    if (denial.status != 401 && denial.error.empty())
        return answer;
    std::string challenge = R"(Bearer realm="waymark")";
    if (!denial.error.empty())
        challenge.append(R"(, error=")").append(denial.error).append("\"");
    return answer.header("WWW-Authenticate", challenge);
}

/// A web page makes its visitor's browser send what it likes to where only the visitor may connect, with the
/// visitor's certificate where he has one, and a browser says so. Only a token is not the browser's to give.
bool isFromWebPage(const http::ApiRequest& request)
{
    return request.header("Origin").has_value();
}

Verdict decide(const AccessPolicy& policy, const Access::Asked& asked)
{
    auto credentials = credentialsIn(asked.head);
    if (!credentials) {
        Verdict verdict;
        verdict.denial = Denial{credentials.error().status, credentials.error().message};
        return verdict;
    }
    // A token says more exactly who asks: several programs may share a certificate.
    if (std::holds_alternative<NoCredentials>(*credentials) && asked.client != nullptr)
        credentials = *asked.client;
    const AccessPolicy::Caller caller{asked.request.remote.ip, comesFromThisHost(asked.request)};
    Verdict verdict = policy.decide(*asked.route, *credentials, caller);
    const bool byToken = std::holds_alternative<BearerToken>(*credentials) && !verdict.isAnonymous();
    if (!verdict.denial && asked.route->mutates && !byToken && isFromWebPage(asked.request))
        verdict.denial = Denial{403, "a web page may change nothing here without a token"};
    return verdict;
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
        verdict = decide(rules()->policy, asked);
        if (verdict.denial)
            admission.refusal = answerTo(*verdict.denial);
    }
    admission.identity = verdict.identity;
    if (asked.route->mutates)
        admission.audit = entryOf(asked, verdict, admission.refusal.has_value());
    return admission;
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

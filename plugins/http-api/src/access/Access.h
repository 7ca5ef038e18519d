#pragma once

#include "access/AccessPolicy.h"
#include "access/AuditEntry.h"
#include "access/CrossOrigin.h"
#include "access/ProofChecker.h"
#include "access/RateLimiter.h"
#include "server/RequestHead.h"

#include <waymark/http/ApiRequest.h>
#include <waymark/http/ApiResponse.h>
#include <waymark/http/RouteTable.h>
#include <waymark/observe/Log.h>
#include <waymark/observe/Metrics.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace waymark::httpapi
{

/// Everything about access that a reload may change, in one piece.
struct AccessRules
{
    AccessPolicy policy;
    CrossOrigin crossOrigin;
    Rate rate;
    std::optional<std::size_t> tokens; ///< how many were read; nothing: none are used
};

/// What was decided about one request. Its line in the audit log is written when it ends, if not before.
struct Admission
{
    std::string request; ///< its id
    std::string identity = "anonymous";
    std::optional<http::ApiResponse> refusal;
    std::unique_ptr<AuditEntry> audit; ///< of requests that change something
    std::optional<Proof> proof;        ///< that is to be checked when the body is there

    void answered(int status) noexcept
    {
        if (audit)
            audit->answered(status);
    }
};

/// Lets requests in or not. Before rules are applied it lets in who asks for health and nobody else. Any
/// thread.
class Access
{
public:
    /// One request, as far as it was read: without its body.
    struct Asked
    {
        const RequestHead& head;
        const http::Route* route; ///< nullptr: of no route
        const http::ApiRequest& request;
        const node::IpAddress& budget; ///< what its rate is counted under
        const ClientIdentity* client;  ///< nullptr: it has shown no certificate
    };

    /// `log` outlives it.
    Access(observe::MetricRegistry& metrics, const observe::Log& log);

    /// Logs how many tokens there are.
    void apply(std::shared_ptr<const AccessRules> rules);
    std::shared_ptr<const AccessRules> rules() const;
    /// Without one no proof is good. Before anybody asks.
    void checkProofsWith(std::unique_ptr<ProofChecker> proofs) { _proofs = std::move(proofs); }

    /// Once for each request: it counts.
    Admission admit(const Asked& asked);
    /// With its body, where `admission.proof` waits for it. The answer, or nothing: then the request is the
    /// peer's, whose key it tells.
    std::optional<http::ApiResponse> prove(Admission& admission, http::ApiRequest& request,
                                           const node::IpAddress& budget);

private:
    Verdict decide(const AccessPolicy& policy, const Asked& asked, Admission& admission) const;
    std::optional<Denial> considerProof(const Proof& proof, const Asked& asked) const;
    http::ApiResponse answerTo(const Denial& denial, bool takesProof, bool takesTokens) const;
    std::optional<http::ApiResponse> overRate(const node::IpAddress& budget);
    std::unique_ptr<AuditEntry> entryOf(const Asked& asked, const Verdict& verdict, bool refused) const;

    const observe::Log& _log;
    observe::Counter _auditLost;
    RateLimiter _rates;
    std::unique_ptr<ProofChecker> _proofs;
    mutable std::mutex _mutex; ///< of the pointer
    std::shared_ptr<const AccessRules> _rules = std::make_shared<const AccessRules>();
};

} // namespace waymark::httpapi

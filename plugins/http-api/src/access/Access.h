#pragma once

#include "access/AccessPolicy.h"
#include "access/AuditEntry.h"
#include "access/CrossOrigin.h"
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

    /// Once for each request: it counts.
    Admission admit(const Asked& asked);

private:
    std::optional<http::ApiResponse> overRate(const node::IpAddress& budget);
    std::unique_ptr<AuditEntry> entryOf(const Asked& asked, const Verdict& verdict, bool refused) const;

    const observe::Log& _log;
    observe::Counter _auditLost;
    RateLimiter _rates;
    mutable std::mutex _mutex; ///< of the pointer
    std::shared_ptr<const AccessRules> _rules = std::make_shared<const AccessRules>();
};

} // namespace waymark::httpapi

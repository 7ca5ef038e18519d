#pragma once

#include <waymark/base/Result.h>
#include <waymark/base/Subscription.h>
#include <waymark/node/IpAddress.h>

#include <functional>
#include <string>
#include <vector>

namespace waymark::net
{

/// Finds the addresses of host names. Nobody waits: a name server that does not answer holds up nothing but
/// the names that were asked for. Any thread.
class Resolver
{
public:
    static constexpr const char* serviceId = "resolver";

    /// At least one address, in the resolver's order, each once; or why there is none: `notFound`,
    /// `unavailable` (no name server answers, too much is under way), `io`. Does not throw.
    using Completion = std::function<void(const Result<std::vector<node::IpAddress>>&)>;

    virtual ~Resolver() = default;

    /// Calls `completion` once, on a thread of the resolver or before this returns, unless the subscription
    /// ends first.
    virtual Subscription resolve(std::string name, Completion completion) = 0;
};

/// The system's, for commands, which have no host that brings them one. It lives as long as the process, and
/// nobody waits at its end for lookups that hang. Any thread.
Resolver& systemResolver();

} // namespace waymark::net

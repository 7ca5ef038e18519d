#pragma once

#include "host/identity/HostLocalNode.h"

#include <waymark/base/Timers.h>
#include <waymark/net/Resolver.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace waymark::host
{

/// The addresses of a network interface that others may reach, those that carry furthest first: global ones,
/// local networks', loopback's; no IPv6 link-local ones, which mean nothing without a zone. `notFound`: no
/// such interface, or none of its addresses is usable.
Result<std::vector<node::IpAddress>> interfaceAddresses(const std::string& name);

/// Keeps a node's address that of the interfaces and names of node.external-ip: looks at them when it starts
/// and every node.resolve-interval, sooner after a failure, and tells the node. What was found last holds
/// until something else is.
class AddressFollower
{
public:
    using InterfaceReader = std::function<Result<std::vector<node::IpAddress>>(const std::string& name)>;

    /// What the follower works with; all of it outlives it.
    struct Surroundings
    {
        HostLocalNode& node;
        net::Resolver& resolver;
        Timers& timers;
        const Clock& clock;
        observe::Log log;
        InterfaceReader readInterface = interfaceAddresses;
    };

    explicit AddressFollower(Surroundings surroundings);
    AddressFollower(const AddressFollower&) = delete;
    AddressFollower& operator=(const AddressFollower&) = delete;
    ~AddressFollower();

    /// Starts, or goes over to other settings. Interfaces are known when it returns; names come later.
    void follow(const NodeSettings& settings);
    /// Nothing runs any more when it returns.
    void stop() noexcept;

private:
    using Answer = Result<std::vector<node::IpAddress>>;
    struct Followed
    {
        MonotonicTime due;
        unsigned failures = 0;
        bool isUnderWay = false;
    };

    void look();
    void ask(const ExternalAddress& source);
    void learn(const ExternalAddress& source, const Answer& answer);
    void tellFailure(const ExternalAddress& source, unsigned failures, const std::string& reason) const;

    Surroundings _surroundings;
    std::mutex _mutex;
    std::map<ExternalAddress, Followed> _sources;
    Duration _interval{};
    std::map<ExternalAddress, Subscription> _lookups;
    Subscription _ticks;
};

} // namespace waymark::host

#pragma once

#include <waymark/base/Clock.h>
#include <waymark/base/FileSystem.h>
#include <waymark/base/Random.h>
#include <waymark/base/Timers.h>
#include <waymark/net/Resolver.h>
#include <waymark/net/UdpTransport.h>

namespace waymark::host
{

/// Where an embedder puts itself between a host and the operating system: a simulation gives a network of its
/// own, a test wraps what is there. Each function is called once, before the plugins see the services, and
/// returns `system` or something else that outlives the host.
class HostSeams
{
public:
    virtual ~HostSeams() = default;

    virtual Clock& clock(Clock& system) { return system; }
    /// The node key comes from it, too, when one has to be made.
    virtual Random& random(Random& system) { return system; }
    /// They run in the time of the clock.
    virtual Timers& timers(Timers& system) { return system; }
    virtual net::UdpSockets& sockets(net::UdpSockets& system) { return system; }
    virtual net::Resolver& resolver(net::Resolver& system) { return system; }
    /// Of the host's own files: node key, record, known nodes.
    virtual FileSystem& files(FileSystem& system) { return system; }
    /// Called on the serving thread before each HTTP request is looked at, as often as requests come; it may
    /// wait.
    virtual void beforeRequest() {}
};

} // namespace waymark::host

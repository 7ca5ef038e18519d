#pragma once

#include "Bootnode.h"

#include <waymark/base/Clock.h>
#include <waymark/net/Resolver.h>
#include <waymark/observe/Log.h>

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

namespace waymark::discv4
{

/// Where the configured bootnodes are. Names are resolved at once, and again with growing pauses for as long
/// as the name is unknown or nobody answers at its addresses: pods move. Nobody waits for it. Any thread.
class BootnodeFinder
{
public:
    /// Of one name so many addresses are tried.
    static constexpr std::size_t mostAddresses = 4;

    /// What it works with; all of it outlives it.
    struct Surroundings
    {
        net::Resolver& resolver;
        const Clock& clock;
        observe::Log log;
        std::function<bool(node::IpFamily)> hasFamily;         ///< whether this node has a socket of it
        std::function<bool(const node::PublicKey&)> isReached; ///< whether a bootnode answers
        std::function<void(const std::vector<wire::Neighbor>&)> tell; ///< takes all that are known
    };

    explicit BootnodeFinder(Surroundings surroundings) : _surroundings(std::move(surroundings)) {}
    BootnodeFinder(const BootnodeFinder&) = delete;
    BootnodeFinder& operator=(const BootnodeFinder&) = delete;
    ~BootnodeFinder() { stop(); }

    /// Tells of those whose addresses are known, and starts to look for the others.
    void follow(const std::vector<Bootnode>& bootnodes);
    /// Does what is due; called about once a second.
    void tick();
    /// Nothing runs any more when it returns, once tick() is not called any more.
    void stop() noexcept;

private:
    using Answer = Result<std::vector<node::IpAddress>>;
    struct Sought
    {
        std::vector<node::IpAddress> addresses;
        MonotonicTime due;
        unsigned tries = 0; ///< since somebody answered there
        bool isUnderWay = false;
        bool isMissed = false; ///< the name is unknown, and that was told
    };

    bool isDue(const node::NamedEnode& name, const Sought& sought, MonotonicTime now) const;
    void lookUp(const node::NamedEnode& name);
    /// A lookup that could not begin is tried again.
    void postpone(const node::NamedEnode& name) noexcept;
    void learn(const node::NamedEnode& name, const Answer& answer);
    void tell();
    std::vector<wire::Neighbor> preferred(const std::vector<wire::Neighbor>& places) const;

    Surroundings _surroundings;
    std::mutex _telling; ///< one list after the other; taken before _mutex
    std::mutex _mutex;
    std::vector<Bootnode> _bootnodes;
    std::map<node::NamedEnode, Sought> _names;
    std::map<node::NamedEnode, Subscription> _lookups;
};

} // namespace waymark::discv4

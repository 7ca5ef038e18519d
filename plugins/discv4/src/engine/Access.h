#pragma once

#include <waymark/node/IpNetworkSet.h>

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace waymark::discv4::engine
{

/// Whom this node talks to at all.
struct AccessRules
{
    node::IpNetworkSet only; ///< when not empty, nobody outside of it
    node::IpNetworkSet deny; ///< nobody in it, whatever the other says

    bool permits(const node::IpAddress& ip) const noexcept
    {
        return (only.isEmpty() || only.contains(ip)) && !deny.contains(ip);
    }

    friend bool operator==(const AccessRules&, const AccessRules&) = default;
};

/// The rules that hold, replaceable while packets are handled. Without any, asking costs no lock. Any thread.
class Access
{
public:
    void set(AccessRules rules)
    {
        const std::lock_guard lock(_mutex);
        _rules = std::move(rules);
        _isOpen.store(_rules == AccessRules{}, std::memory_order_release);
    }

    bool permits(const node::IpAddress& ip) const
    {
        if (_isOpen.load(std::memory_order_acquire))
            return true;
        const std::shared_lock lock(_mutex);
        return _rules.permits(ip);
    }

private:
    std::atomic<bool> _isOpen{true};
    mutable std::shared_mutex _mutex;
    AccessRules _rules;
};

} // namespace waymark::discv4::engine

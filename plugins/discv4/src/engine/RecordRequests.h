#pragma once

#include "engine/KeyedHash.h"
#include "engine/Parameters.h"

#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace waymark::discv4::engine
{

/// The ENRRequests that wait for an answer, one for each node. At most 256; more are not sent. Any thread.
class RecordRequests
{
public:
    static constexpr std::size_t maximum = 256;

    explicit RecordRequests(Duration timeout, std::uint64_t seed)
        : _timeout(timeout), _pending(16, TableHash{KeyedHash(seed)})
    {
    }

    /// Room for a request to this node: none while one is pending or when there are too many.
    bool reserve(const NodeAddress& to, MonotonicTime now)
    {
        const std::lock_guard lock(_mutex);
        if (_pending.size() >= maximum)
            std::erase_if(_pending, [&](const auto& entry) { return now - entry.second.sentAt >= _timeout; });
        if (_pending.size() >= maximum)
            return false;
        const auto [place, isNew] = _pending.try_emplace(to, Request{std::nullopt, now});
        if (!isNew && now - place->second.sentAt < _timeout)
            return false;
        place->second = {std::nullopt, now};
        return true;
    }

    void sent(const NodeAddress& to, const node::Hash256& hash)
    {
        const std::lock_guard lock(_mutex);
        if (const auto found = _pending.find(to); found != _pending.end())
            found->second.hash = hash;
    }

    /// True once when a response answers a pending request in time.
    bool match(const NodeAddress& from, const node::Hash256& hash, MonotonicTime now)
    {
        const std::lock_guard lock(_mutex);
        const auto found = _pending.find(from);
        if (found == _pending.end() || found->second.hash != hash || now - found->second.sentAt >= _timeout)
            return false;
        _pending.erase(found);
        return true;
    }

private:
    struct Request
    {
        std::optional<node::Hash256> hash; ///< nothing answers the request until it is known
        MonotonicTime sentAt;
    };

    Duration _timeout;
    std::mutex _mutex;
    std::unordered_map<NodeAddress, Request, TableHash> _pending;
};

} // namespace waymark::discv4::engine

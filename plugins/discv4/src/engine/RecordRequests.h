#pragma once

#include "engine/KeyedHash.h"
#include "engine/Parameters.h"
#include "engine/Table.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

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
        const auto [place, isNew] = _pending.try_emplace(to, Request{std::nullopt, now, std::nullopt});
        if (!isNew && now - place->second.sentAt < _timeout)
            return false;
        place->second = {std::nullopt, now, std::nullopt};
        _size = _pending.size();
        return true;
    }

    void sent(const NodeAddress& to, const node::Hash256& hash, std::optional<TableNode> newcomer = {})
    {
        const std::lock_guard lock(_mutex);
        const auto found = _pending.find(to);
        if (found == _pending.end())
            return;
        found->second.hash = hash;
        found->second.newcomer = std::move(newcomer);
    }

    struct Request
    {
        std::optional<node::Hash256> hash; ///< nothing answers the request until it is known
        MonotonicTime sentAt;
        std::optional<TableNode> newcomer; ///< who enters the table when its record is right
    };
    /// Whether a request of that hash waits for an answer from there, whoever it was sent to.
    bool isAwaited(const node::IpAddress& ip, const node::Hash256& hash) const
    {
        if (_size == 0)
            return false; // without a lock
        const std::lock_guard lock(_mutex);
        return std::ranges::any_of(
            _pending, [&](const auto& entry) { return entry.first.ip == ip && entry.second.hash == hash; });
    }
    /// The request that a response answers in time, once.
    std::optional<Request> match(const NodeAddress& from, const node::Hash256& hash, MonotonicTime now)
    {
        const std::lock_guard lock(_mutex);
        const auto found = _pending.find(from);
        if (found == _pending.end() || found->second.hash != hash || now - found->second.sentAt >= _timeout)
            return std::nullopt;
        auto request = std::move(found->second);
        _pending.erase(found);
        _size = _pending.size();
        return request;
    }

private:
    Duration _timeout;
    mutable std::mutex _mutex;
    std::unordered_map<NodeAddress, Request, TableHash> _pending;
    std::atomic<std::size_t> _size{0}; ///< theirs
};

} // namespace waymark::discv4::engine

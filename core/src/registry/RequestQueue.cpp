#include "registry/RequestQueue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace waymark::registry
{

std::size_t weight(const RegistryRequest& request) noexcept
{
    const auto* const batch = std::get_if<ChangeBatch>(&request);
    const std::size_t changes = batch != nullptr ? batch->size() : std::get<SyncClaims>(request).peers.size();
    return std::max<std::size_t>(changes, 1);
}

void RequestQueue::open()
{
    const std::lock_guard lock(_mutex);
    _open = true;
}

void RequestQueue::close()
{
    {
        const std::lock_guard lock(_mutex);
        _open = false;
    }
    _arrived.notify_all();
}

bool RequestQueue::isOpen() const
{
    const std::lock_guard lock(_mutex);
    return _open;
}

Result<void> RequestQueue::push(PendingRequest& pending)
{
    {
        const std::lock_guard lock(_mutex);
        if (!_open)
            return failure(ErrorCode::unavailable,
                           "the registry takes no changes: it is not started or stopping");
        if (_weight >= _limit)
            return failure(ErrorCode::busy, "the registry has " + std::to_string(_weight) +
                                                " changes waiting: try again later");
        _weight += weight(pending.request);
        _requests.push_back(std::move(pending));
    }
    _arrived.notify_one();
    return {};
}

std::vector<PendingRequest> RequestQueue::take(std::size_t maximumWeight)
{
    const std::lock_guard lock(_mutex);
    std::size_t taken = 0;
    auto end = _requests.begin();
    while (end != _requests.end()) {
        const std::size_t next = weight(end->request);
        if (end != _requests.begin() && taken + next > maximumWeight)
            break;
        taken += next;
        ++end;
    }
    std::vector<PendingRequest> group;
    group.reserve(static_cast<std::size_t>(end - _requests.begin())); // what may fail comes before what moves
    std::move(_requests.begin(), end, std::back_inserter(group));
    _requests.erase(_requests.begin(), end);
    _weight -= taken;
    return group;
}

std::optional<PendingRequest> RequestQueue::pop() noexcept
{
    const std::lock_guard lock(_mutex);
    if (_requests.empty())
        return std::nullopt;
    std::optional<PendingRequest> oldest(std::move(_requests.front()));
    _requests.pop_front();
    _weight -= weight(oldest->request);
    return oldest;
}

void RequestQueue::poke()
{
    {
        const std::lock_guard lock(_mutex);
        _poked = true;
    }
    _arrived.notify_one();
}

void RequestQueue::wait(const std::stop_token& stopping, Duration patience)
{
    std::unique_lock lock(_mutex);
    _arrived.wait_for(lock, stopping, patience, [this] { return !_requests.empty() || _poked || !_open; });
    _poked = false;
}

bool RequestQueue::empty() const
{
    const std::lock_guard lock(_mutex);
    return _requests.empty();
}

std::size_t RequestQueue::waiting() const
{
    const std::lock_guard lock(_mutex);
    return _weight;
}

} // namespace waymark::registry

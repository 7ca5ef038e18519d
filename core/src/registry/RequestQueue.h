#pragma once

#include <waymark/base/Clock.h>
#include <waymark/registry/RegistryPlan.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

namespace waymark::registry
{

/// A request and whom to tell.
struct PendingRequest
{
    RegistryRequest request;
    Completion completion;
};

/// How many changes a request stands for, at least one.
std::size_t weight(const RegistryRequest& request) noexcept;

/// Requests that wait for the writer, bounded by their number of changes. Any thread.
class RequestQueue
{
public:
    explicit RequestQueue(std::size_t limit) : _limit(limit) {}

    void open();
    /// Refuses all further requests. Those that wait stay.
    void close();
    bool isOpen() const;

    /// Fails when it is closed (unavailable) or full (busy), and then `pending` is untouched. A request of
    /// any size enters while there is room at all.
    Result<void> push(PendingRequest& pending);

    /// The oldest requests, as many as fit the weight, at least one unless there is none.
    std::vector<PendingRequest> take(std::size_t maximumWeight);

    /// The oldest request, without a group to hold it.
    std::optional<PendingRequest> pop() noexcept;

    /// Lets wait() return, now or when it is called next.
    void poke();

    /// Returns when something waits, somebody poked, the queue is closed or the token asks for a stop, at the
    /// latest after `patience`.
    void wait(const std::stop_token& stopping, Duration patience);

    bool empty() const;
    /// Changes that wait.
    std::size_t waiting() const;

private:
    const std::size_t _limit;
    mutable std::mutex _mutex;
    std::condition_variable_any _arrived;
    bool _open = false;
    bool _poked = false;
    std::size_t _weight = 0;
    std::deque<PendingRequest> _requests;
};

} // namespace waymark::registry

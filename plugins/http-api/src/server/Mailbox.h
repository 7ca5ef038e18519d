#pragma once

#include <waymark/base/Clock.h>

#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace waymark::httpapi
{

/// Names a connection for ever, unlike its descriptor, which the next one may get.
using ConnectionId = std::uint64_t;

/// What other threads tell the front, and how they wake it. Any thread, but for the front's own calls.
class Mailbox
{
public:
    /// Throws std::system_error.
    Mailbox();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;
    ~Mailbox();

    /// There is something new for this connection, or with 0 for all.
    void post(ConnectionId connection) noexcept;
    /// As post(), for one that `rest` makes the front's again and that needs nothing before `deadline`: the
    /// front is only woken when it sleeps longer.
    void rest(ConnectionId connection, MonotonicTime deadline, const std::function<void()>& rest) noexcept;

    /// For the front: readable when it should wake.
    int descriptor() const noexcept { return _descriptor; }
    /// For the front: false when there is something to take. Else it is woken for whatever comes before then.
    bool maySleep(MonotonicTime until);
    /// For the front: what was posted since; true when something was lost for lack of memory, so that every
    /// connection may have something new.
    bool take(std::vector<ConnectionId>& posted);

private:
    void put(ConnectionId connection) noexcept;
    void wake() noexcept;

    int _descriptor;
    std::mutex _mutex;
    std::vector<ConnectionId> _posted;
    bool _lost = false;
    bool _woken = false;
    MonotonicTime _sleepsUntil = MonotonicTime::min();
};

} // namespace waymark::httpapi

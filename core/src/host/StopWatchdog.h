#pragma once

#include <waymark/base/Clock.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace waymark::host
{

/// Calls `expired` from a thread of its own when it still exists `limit` after its construction.
class StopWatchdog
{
public:
    StopWatchdog(Duration limit, std::function<void()> expired)
        : _thread([this, limit, function = std::move(expired)](const std::stop_token& stopping) {
              std::unique_lock lock(_mutex);
              _over.wait_for(lock, stopping, limit, [] { return false; });
              lock.unlock();
              if (!stopping.stop_requested())
                  function();
          })
    {
    }

private:
    std::mutex _mutex;
    std::condition_variable_any _over;
    std::jthread _thread; ///< last: it uses what stands above
};

} // namespace waymark::host

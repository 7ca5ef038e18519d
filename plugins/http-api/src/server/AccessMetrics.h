#pragma once

#include <waymark/observe/Metrics.h>

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

namespace waymark::httpapi
{

/// Counts requests. Labels come from routes and fixed lists only, never from what a client sent, so that no
/// stranger makes series. Any thread.
class AccessMetrics
{
public:
    explicit AccessMetrics(observe::MetricRegistry& registry);

    /// One answered request. `route` is the pattern, or "unmatched".
    void answered(const std::string& route, std::string_view method, int status,
                  std::chrono::nanoseconds took);

    /// A connection that ended, or a request that was refused, before it was served. The reason is one of a
    /// few.
    void dropped(std::string_view reason);
    /// As dropped(), unless the reason is empty; without memory the reason is that.
    void ended(std::string_view reason) noexcept;

private:
    observe::Counter reasonCounter(std::string_view reason);

    struct Series
    {
        observe::Counter requests;
        observe::Histogram seconds;
    };
    using Key = std::tuple<std::string, std::string, int>;

    Series series(Key key);

    observe::MetricRegistry* _registry;
    observe::Counter _withoutMemory;
    std::mutex _mutex;
    std::map<Key, Series> _series;
    std::map<std::string, observe::Counter, std::less<>> _dropped;
};

} // namespace waymark::httpapi

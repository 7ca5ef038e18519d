#include "server/AccessMetrics.h"

#include <algorithm>
#include <array>
#include <exception>

namespace waymark::httpapi
{

namespace
{

std::string knownMethod(std::string_view method)
{
    constexpr std::array<std::string_view, 7> known = {"GET",    "HEAD",  "POST",   "PUT",
                                                       "DELETE", "PATCH", "OPTIONS"};
    return std::ranges::find(known, method) != known.end() ? std::string(method) : "other";
}

} // namespace

AccessMetrics::AccessMetrics(observe::MetricRegistry& registry)
    : _registry(&registry), _withoutMemory(reasonCounter("no-memory"))
{
}

observe::Counter AccessMetrics::reasonCounter(std::string_view reason)
{
    return _registry->counter(
        "waymark_http_dropped_total",
        "Connections and requests that ended without the answer that they wanted, by reason",
        {{"reason", std::string(reason)}});
}

void AccessMetrics::ended(std::string_view reason) noexcept
{
    try {
        if (!reason.empty())
            dropped(reason);
    } catch (const std::exception&) {
        _withoutMemory.increment();
    }
}

void AccessMetrics::answered(const std::string& route, std::string_view method, int status,
                             std::chrono::nanoseconds took)
{
    const Series found = series({route, knownMethod(method), status});
    found.requests.increment();
    found.seconds.observe(std::chrono::duration<double>(took).count());
}

void AccessMetrics::dropped(std::string_view reason)
{
    const std::lock_guard lock(_mutex);
    auto found = _dropped.find(reason);
    if (found == _dropped.end())
        found = _dropped.emplace(std::string(reason), reasonCounter(reason)).first;
    found->second.increment();
}

AccessMetrics::Series AccessMetrics::series(Key key)
{
    const std::lock_guard lock(_mutex);
    if (const auto found = _series.find(key); found != _series.end())
        return found->second;
    const auto& [route, method, status] = key;
    Series made;
    made.requests =
        _registry->counter("waymark_http_requests_total", "HTTP requests by route, method and status",
                           {{"route", route}, {"method", method}, {"status", std::to_string(status)}});
    made.seconds = _registry->histogram("waymark_http_request_seconds",
                                        "Time from a request's first byte to its answer, by route and method",
                                        {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5},
                                        {{"route", route}, {"method", method}});
    _series.emplace(std::move(key), made);
    return made;
}

} // namespace waymark::httpapi

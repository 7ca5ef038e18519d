#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace waymark::soak
{

/// What was counted, and what must not have happened. Any thread.
class Findings
{
public:
    static constexpr std::size_t mostViolations = 100, longestTimeline = 40;

    void count(const std::string& what, std::uint64_t times = 1)
    {
        const std::lock_guard lock(_mutex);
        _counts[what] += times;
    }

    /// Remembers what happened when, so that a violation can be told with what came before it. Seconds count
    /// from the construction.
    void happened(const std::string& what)
    {
        const std::lock_guard lock(_mutex);
        _timeline.push_back(stamped(what));
        if (_timeline.size() > longestTimeline)
            _timeline.pop_front();
    }

    /// "12.345 what"
    std::string stamped(const std::string& what) const
    {
        const std::chrono::duration<double> since = std::chrono::steady_clock::now() - _began;
        return std::to_string(since.count()) + ' ' + what;
    }

    std::deque<std::string> timeline() const
    {
        const std::lock_guard lock(_mutex);
        return _timeline;
    }

    void violated(std::string invariant)
    {
        const std::lock_guard lock(_mutex);
        if (_violations.size() < mostViolations)
            _violations.push_back(std::move(invariant));
    }

    std::map<std::string, std::uint64_t> counts() const
    {
        const std::lock_guard lock(_mutex);
        return _counts;
    }

    std::vector<std::string> violations() const
    {
        const std::lock_guard lock(_mutex);
        return _violations;
    }

private:
    const std::chrono::steady_clock::time_point _began = std::chrono::steady_clock::now();
    mutable std::mutex _mutex;
    std::deque<std::string> _timeline;
    std::map<std::string, std::uint64_t> _counts;
    std::vector<std::string> _violations;
};

} // namespace waymark::soak

#pragma once

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
    static constexpr std::size_t mostViolations = 100;

    void count(const std::string& what, std::uint64_t times = 1)
    {
        const std::lock_guard lock(_mutex);
        _counts[what] += times;
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
    mutable std::mutex _mutex;
    std::map<std::string, std::uint64_t> _counts;
    std::vector<std::string> _violations;
};

} // namespace waymark::soak

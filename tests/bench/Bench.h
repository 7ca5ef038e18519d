#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace waymark::bench
{

/// How long something took, many times.
class Durations
{
public:
    void add(std::chrono::nanoseconds duration) { _all.push_back(duration); }

    /// Runs a function and adds how long it took.
    template <class Function>
    void time(Function&& function)
    {
        const auto began = std::chrono::steady_clock::now();
        std::forward<Function>(function)();
        add(std::chrono::steady_clock::now() - began);
    }

    /// The value that the given share of all is not above, in milliseconds; 0.5 is the median. Not of
    /// nothing.
    double quantile(double share) const;
    std::size_t size() const noexcept { return _all.size(); }

private:
    std::vector<std::chrono::nanoseconds> _all;
};

/// Prints rows as they are known. Machines differ: what counts is the ratio to something else in the same
/// run.
class Table
{
public:
    explicit Table(std::ostream& out) : _out(out) {}

    /// What follows are durations.
    void title(const std::string& text);
    /// What follows are ratios and figures.
    void heading(const std::string& text);
    void row(const std::string& what, const Durations& durations);
    void ratio(const std::string& what, double value);
    void figure(const std::string& what, double value, const std::string& unit);

private:
    std::ostream& _out;
};

using Benchmark = std::function<void(Table&)>;

/// Every benchmark by its name; files add theirs. "registry" on the command line stands for all whose names
/// begin with "registry-", too.
std::map<std::string, Benchmark>& benchmarks();

struct Registration
{
    Registration(const std::string& name, Benchmark benchmark)
    {
        benchmarks().emplace(name, std::move(benchmark));
    }
};

} // namespace waymark::bench

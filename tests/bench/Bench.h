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

    /// What follows are rates of a server, or latencies.
    void rates();
    struct Rate
    {
        double perSecond = 0;   ///< answers
        double processorUs = 0; ///< that each took
        double curveUs = 0;     ///< that each must take at least
        double hashedUs = 0;    ///< the same with hashes
        double busy = 0;        ///< processors
    };
    void rate(const std::string& what, const Rate& rate);
    /// What follows are packets that get no answer, and why.
    void refusals();
    void refusal(const std::string& what, const Rate& rate, const std::string& outcome);
    void latencies();
    struct Percentiles
    {
        double p50 = 0; ///< milliseconds, as the others
        double p99 = 0;
        double p999 = 0;
    };
    void latency(const std::string& what, double offered, double answeredShare, const Percentiles& ms);
    /// What makes the row above doubtful, or explains it.
    void note(const std::string& text);

private:
    std::ostream& _out;
};

/// What the command line asks for besides benchmarks.
struct Options
{
    double seconds = 2; ///< for each row of a server under load
    std::vector<std::size_t> peers{16, 10'000, 1'000'000};
    std::string only;     ///< rows whose name has it; empty: all
    bool isQuick = false; ///< a shape that shows only that it works
};

using Benchmark = std::function<void(Table&, const Options&)>;

/// Every benchmark by its name; files add theirs. "registry" on the command line stands for all whose names
/// begin with "registry-", too.
std::map<std::string, Benchmark>& benchmarks();

struct Registration
{
    Registration(const std::string& name, Benchmark benchmark)
    {
        benchmarks().emplace(name, std::move(benchmark));
    }
    Registration(const std::string& name, void (*benchmark)(Table&))
        : Registration(name, [benchmark](Table& table, const Options&) { benchmark(table); })
    {
    }
};

} // namespace waymark::bench

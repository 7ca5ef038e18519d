#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waymark::bench
{

/// What is shown of a latency.
struct Latency
{
    double p50 = 0; ///< milliseconds, as the others
    double p90 = 0;
    double p99 = 0;
    double p999 = 0;
    double offered = 0;       ///< requests a second
    double answeredShare = 0; ///< of those that were due
    bool isSpoilt = false;    ///< requests left late: the generator was the bottleneck
};

/// One thing that was measured.
struct Row
{
    std::string what;
    std::string panel; ///< requests, latency or garbage
    std::size_t peers = 0;
    unsigned workers = 1;
    double perSecond = 0;           ///< answered requests, or packets that the node took in
    double processorUs = 0;         ///< of the node, for each
    double curveUs = 0;             ///< of recovering and signing alone, at that time; 0: there is none
    double hashedUs = 0;            ///< of these and the Keccak of packets
    double busy = 0;                ///< processors that the node had on average
    double starved = 0;             ///< processors that it waited for, because others had them
    double lost = 0;                ///< share of requests that were not answered
    std::optional<double> reused{}; ///< share of answers that were signed before
    std::map<std::string, double> outcomes{}; ///< what became of packets, as shares
    double flood = 0;                         ///< packets of garbage a second that came besides
    std::optional<Latency> latency{};

    /// How near to its ceiling it is, in time on a processor.
    double ratio() const noexcept { return processorUs > 0 ? curveUs / processorUs : 0; }
    double hashedRatio() const noexcept { return processorUs > 0 ? hashedUs / processorUs : 0; }
};

/// A promise, and what was measured.
struct Target
{
    std::string what;
    bool isAtLeast = true;
    double wanted = 0;
    double measured = 0;
    std::string unit{};
    bool isDoubtful = false; ///< the machine had other work: neither met nor missed

    bool isMet() const noexcept { return isAtLeast ? measured >= wanted : measured <= wanted; }
    const char* verdict() const noexcept { return isDoubtful ? "not known" : isMet() ? "met" : "missed"; }
};

struct Figure
{
    std::string what;
    double value = 0;
    std::string unit;
};

struct Results
{
    std::string machine;
    std::vector<Figure> figures; ///< of the machine and its curve
    std::vector<Row> rows;
    std::vector<Target> targets;

    void writeJson(const std::string& file) const;
};

/// 17900 as "17,900"; digits behind the point as they are asked for.
std::string grouped(double value, int decimals = 0);

} // namespace waymark::bench

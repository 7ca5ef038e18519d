#include "discv4/Results.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <cmath>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <stdexcept>

namespace waymark::bench
{

namespace
{

using Poco::JSON::Array;
using Poco::JSON::Object;

/// No more digits than mean something.
double rounded(double value)
{
    constexpr double digits = 1e4;
    return std::round(value * digits) / digits;
}

Object jsonOf(const Latency& latency)
{
    Object json(Poco::JSON_PRESERVE_KEY_ORDER);
    json.set("offered_per_s", rounded(latency.offered));
    json.set("answered_share", rounded(latency.answeredShare));
    json.set("p50_ms", rounded(latency.p50));
    json.set("p90_ms", rounded(latency.p90));
    json.set("p99_ms", rounded(latency.p99));
    json.set("p99_9_ms", rounded(latency.p999));
    json.set("generator_was_bottleneck", latency.isSpoilt);
    return json;
}

Object jsonOf(const Row& row)
{
    Object json(Poco::JSON_PRESERVE_KEY_ORDER);
    json.set("what", row.what);
    json.set("panel", row.panel);
    json.set("peers", static_cast<Poco::UInt64>(row.peers));
    json.set("workers", row.workers);
    json.set("per_s", rounded(row.perSecond));
    json.set("processor_us", rounded(row.processorUs));
    if (row.curveUs > 0) {
        json.set("curve_us", rounded(row.curveUs));
        json.set("ratio", rounded(row.ratio()));
        json.set("curve_and_hashes_us", rounded(row.hashedUs));
        json.set("ratio_with_hashes", rounded(row.hashedRatio()));
    }
    json.set("busy", rounded(row.busy));
    json.set("starved", rounded(row.starved));
    if (row.panel != "garbage")
        json.set("lost_share", rounded(row.lost));
    if (row.reused)
        json.set("reused_share", rounded(*row.reused));
    if (row.flood > 0)
        json.set("flood_per_s", rounded(row.flood));
    if (!row.outcomes.empty()) {
        Object outcomes;
        for (const auto& [outcome, share] : row.outcomes)
            outcomes.set(outcome, rounded(share));
        json.set("outcome_shares", outcomes);
    }
    if (row.latency)
        json.set("latency", jsonOf(*row.latency));
    return json;
}

Object jsonOf(const Target& target)
{
    Object json(Poco::JSON_PRESERVE_KEY_ORDER);
    json.set("what", target.what);
    json.set(target.isAtLeast ? "at_least" : "at_most", target.wanted);
    json.set("measured", rounded(target.measured));
    json.set("unit", target.unit);
    json.set("verdict", target.verdict());
    return json;
}

Object jsonOf(const Figure& figure)
{
    Object json(Poco::JSON_PRESERVE_KEY_ORDER);
    json.set("what", figure.what);
    json.set("value", rounded(figure.value));
    json.set("unit", figure.unit);
    return json;
}

template <class Things>
Array arrayOf(const Things& things)
{
    Array array;
    for (const auto& thing : things)
        array.add(jsonOf(thing));
    return array;
}

} // namespace

std::string grouped(double value, int decimals)
{
    std::ostringstream text;
    text << std::fixed << std::setprecision(decimals) << value;
    std::string digits = text.str();
    constexpr std::size_t group = 3;
    const std::size_t end = std::min(digits.find('.'), digits.size());
    for (std::size_t at = end; at > group; at -= group) {
        if (at - group == 1 && digits.front() == '-')
            break;
        digits.insert(at - group, 1, ',');
    }
    return digits;
}

void Results::writeJson(const std::string& file) const
{
    Object json(Poco::JSON_PRESERVE_KEY_ORDER);
    json.set("machine", machine);
    json.set("figures", arrayOf(figures));
    json.set("rows", arrayOf(rows));
    json.set("targets", arrayOf(targets));
    std::ofstream out(file, std::ios::trunc);
    json.stringify(out, 2);
    out << '\n';
    out.close();
    if (!out)
        throw std::runtime_error(file + ": cannot be written");
}

} // namespace waymark::bench

// The part of Course that sends what nobody asked for.
#include "discv4/Course.h"

#include <algorithm>
#include <array>
#include <utility>

namespace waymark::bench
{

namespace
{

constexpr double halfLoad = 0.5;
constexpr std::size_t fewAddresses = 64, manyAddresses = 16'384;
constexpr std::uint64_t floodFactor = 5;
constexpr const char *dropped = "waymark_discv4_packets_dropped_total",
                     *sent = "waymark_discv4_packets_sent_total",
                     *received = "waymark_udp_datagrams_received_total",
                     *kernelDrops = "waymark_udp_kernel_drops_total";

double seconds(Duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

/// What the daemon is to do with such packets, when they are within the budgets of who sends them.
std::string_view meant(Garbage garbage)
{
    switch (garbage) {
    case Garbage::randomBytes:
    case Garbage::badHash:
        return "bad_hash";
    case Garbage::badSignature:
        return "bad_signature";
    case Garbage::expired:
        return "expired";
    case Garbage::unproven:
        return "unproven";
    case Garbage::stranger:
        break;
    }
    return "answered";
}

/// Why packets had no answer, as shares of all that came.
std::map<std::string, double> outcomesOf(const Counters& before, const Counters& after, double all)
{
    auto outcomes = after.grownSince(before, dropped, "reason");
    outcomes["answered"] = after.sum(sent, "type", "pong") - before.sum(sent, "type", "pong");
    for (auto& [outcome, count] : outcomes)
        count /= all;
    std::erase_if(outcomes, [](const auto& each) { return each.second <= 0; });
    return outcomes;
}

std::string mostOf(const std::map<std::string, double>& outcomes)
{
    const auto most = std::ranges::max_element(outcomes, {}, [](const auto& each) { return each.second; });
    return most == outcomes.end() ? "-" : most->first + ' ' + grouped(most->second * 100) + " %";
}

} // namespace

void Course::floods(double capacity)
{
    if (!isAsked("flood") || capacity <= 0)
        return;
    const auto rate = static_cast<std::uint64_t>(capacity * halfLoad);
    goodInFlood("flood, 64 addresses", false, rate);
    goodInFlood("flood, 16,384 addresses", true, rate);
}

/// Few that nobody has flooded from yet, else they are banned already; or many, of which none sends enough to
/// be banned.
Flood::Source Course::source(bool isMany)
{
    if (isMany)
        return {Flood::mostAddresses - manyAddresses, manyAddresses};
    return {std::exchange(_usedAddresses, _usedAddresses + fewAddresses), fewAddresses};
}

/// Garbage of every kind, five times as much as the good requests.
void Course::goodInFlood(const std::string& what, bool isFromMany, std::uint64_t rate)
{
    Flood flood(_subject->endpoint(), {everyGarbage.begin(), everyGarbage.end()}, source(isFromMany),
                _expiration);
    const Counters before = _subject->counters();
    const MonotonicTime began = _clock.now();
    flood.start(began, rate * floodFactor);
    _crowd.setAside([&] { flood.pump(_clock.now()); });
    Row row = open(what, rate, static_cast<double>(rate * floodFactor));
    _crowd.setAside({});
    row.flood = static_cast<double>(flood.sent()) / seconds(_clock.now() - began);
    constexpr double nearlyAll = 0.95;
    if (row.flood < nearlyAll * static_cast<double>(rate * floodFactor))
        _table.note("the flood had " + grouped(row.flood) + " packets a second, and not " +
                    grouped(static_cast<double>(rate * floodFactor)));
    _subject->settle();
    const Counters after = _subject->counters();
    row.outcomes = outcomesOf(before, after, static_cast<double>(flood.sent()));
    row.outcomes.erase("answered"); // they would be those of good requests, too
    if (const double full = after.sum(kernelDrops) - before.sum(kernelDrops); full > 0)
        row.outcomes["socket_full"] = full / static_cast<double>(flood.sent());
    add(row);
}

void Course::garbage()
{
    if (isAsked("garbage"))
        _table.refusals();
    for (const Garbage kind : everyGarbage) {
        const bool costs =
            kind == Garbage::badSignature || kind == Garbage::unproven || kind == Garbage::stranger;
        const std::string what(toString(kind));
        flood(what, kind, costs);
        if (costs)
            flood(what + ", 64 addr.", kind, false);
    }
}

void Course::flood(const std::string& what, Garbage kind, bool isFromMany)
{
    if (!isAsked("garbage") || _interruption.requested())
        return;
    Flood flood(_subject->endpoint(), {kind}, source(isFromMany), _expiration);
    _subject->settle();
    const Start from = start();
    const MonotonicTime began = _clock.now();
    flood.start(began, 0);
    while (_clock.now() < began + _seconds && !_interruption.requested())
        flood.pump(_clock.now());
    _subject->settle(); // what waits in its socket is taken in as well
    const Duration took = _clock.now() - began;
    Row row = rowOf(what, "garbage");
    account(row, from, took);
    const Counters after = _subject->counters();
    const double packets = after.sum(received) - from.counters.sum(received);
    row.perSecond = packets / seconds(took);
    row.processorUs = packets > 0 ? row.busy * seconds(took) * 1e6 / packets : 0;
    row.outcomes = outcomesOf(from.counters, after, packets);
    _table.refusal(what, {row.perSecond, row.processorUs, 0, 0, row.busy}, mostOf(row.outcomes));
    constexpr double nearlyAll = 0.9;
    const auto share = row.outcomes.find(std::string(meant(kind)));
    const bool isMeant = share != row.outcomes.end() && share->second >= nearlyAll;
    // Few addresses are to be stopped before that.
    if (!isMeant && (isFromMany || what == toString(kind)))
        _table.note("only " + grouped(share == row.outcomes.end() ? 0 : share->second * 100) + " % were " +
                    std::string(meant(kind)) + ": the row is not what its name says");
    add(row);
}

} // namespace waymark::bench

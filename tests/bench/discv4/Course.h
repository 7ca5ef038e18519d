#pragma once

#include "Bench.h"
#include "commands/load/Generator.h"
#include "commands/load/Stock.h"
#include "discv4/Ceiling.h"
#include "discv4/Crowd.h"
#include "discv4/Flood.h"
#include "discv4/Results.h"
#include "discv4/Subject.h"

#include <waymark/toolkit/Interruption.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waymark::bench
{

/// Takes daemons, one after the other, through everything that is measured, and prints each row when it is
/// known. The calling thread is the generator; it has the first processor for itself, the daemons have the
/// others. One thread.
class Course
{
public:
    Course(Table& table, const Options& options);

    /// One daemon with so many peers and workers; nothing after an interruption. Throws what derives from
    /// std::exception when the daemon fails.
    void run(std::size_t peers, unsigned workers);
    /// One with one worker that signs every answer anew: what FINDNODEs cost whose answers nobody asks for
    /// again.
    void runWithoutReuse(std::size_t peers);
    bool isInterrupted() const noexcept { return _interruption.requested(); }
    /// Memory and start of a daemon without peers.
    void atRest();

    Results& results() noexcept { return _results; }
    const Ceiling& ceiling() const noexcept { return _ceiling; }
    bool hasProcessorFor(unsigned workers) const noexcept { return _daemonProcessors.size() >= workers; }
    /// The row, if it was measured.
    const Row* find(const std::string& what, std::size_t peers, unsigned workers) const;

private:
    struct Load
    {
        std::string what;
        discv4::load::Mix mix;
        discv4::load::Stock* stock = nullptr;
        Ceiling::Work ceiling;
    };
    /// Where the daemon's counters and clocks stood when a row began.
    struct Start
    {
        Counters counters;
        ProcessTime time;
    };

    bool isAsked(const std::string& what) const;
    void begin(std::size_t peers, unsigned workers, const testkit::Properties& more);
    void bond();
    void end();
    void measureCeiling();
    void fillStocks();
    void requests();
    void latency(double capacity);
    void garbage();
    void floods(double capacity);
    Row closed(const Load& load);
    Row open(const std::string& what, std::uint64_t rate, double flood = 0);
    void flood(const std::string& what, Garbage kind, bool isFromMany);
    Flood::Source source(bool isMany);
    void goodInFlood(const std::string& what, bool isFromMany, std::uint64_t rate);
    void play(const discv4::load::Plan& plan, discv4::load::Stock& stock);
    Row rowOf(const std::string& what, const std::string& panel) const;
    Start start() const;
    void account(Row& row, const Start& start, Duration took) const;
    double machineNow() const;
    void note(const Row& row, const Counters& before);
    std::optional<double> reusedSince(const Counters& before) const;
    void add(Row row);
    discv4::load::Plan plan() const;

    Table& _table;
    const Options& _options;
    Duration _seconds;
    SystemClock _clock;
    toolkit::Interruption _interruption;
    std::vector<int> _processors; ///< the first is the generator's
    std::vector<int> _daemonProcessors;
    Results _results;
    Ceiling _ceiling;
    Crowd _crowd;
    std::uint64_t _expiration;
    std::unique_ptr<discv4::load::Stock> _stock; ///< of all kinds
    std::unique_ptr<discv4::load::Stock> _hot;   ///< FINDNODEs for a few targets

    std::uint16_t _port = 0; ///< of all daemons, so that the stock fits each
    std::optional<Subject> _subject;
    std::unique_ptr<discv4::load::Generator> _generator;
    std::size_t _peers = 0;
    unsigned _workers = 1;
    Duration _enrolled{};           ///< what registering them took
    std::size_t _usedAddresses = 0; ///< by floods: whoever flooded is banned for longer than this takes
};

} // namespace waymark::bench

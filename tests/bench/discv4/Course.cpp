#include "discv4/Course.h"

#include "discv4/Processor.h"

#include <waymark/base/Random.h>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

namespace waymark::bench
{

namespace
{

using discv4::load::Kind;
using discv4::load::Mix;
using discv4::load::Plan;

constexpr std::size_t askers = 2'048; ///< each may ask 50 questions a second
constexpr std::size_t quickAskers = 512;
constexpr std::size_t hotTargets = 256;
constexpr std::uint64_t underWay = 96; ///< requests in a closed loop, for each worker
constexpr Duration timeout = std::chrono::seconds(1);
constexpr std::uint64_t validity = 6 * 3'600; ///< seconds for which the stock is in time
const Mix realistic{5, 4, 1};
constexpr double halfLoad = 0.5, highLoad = 0.8;
constexpr const char *dropped = "waymark_discv4_packets_dropped_total",
                     *sent = "waymark_discv4_packets_sent_total",
                     *kernelDrops = "waymark_udp_kernel_drops_total";

double microseconds(Duration duration)
{
    return std::chrono::duration<double, std::micro>(duration).count();
}

double seconds(Duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

double milliseconds(Duration duration)
{
    return std::chrono::duration<double, std::milli>(duration).count();
}

std::vector<int> twoProcessors()
{
    auto all = processors();
    if (all.size() < 2)
        throw std::runtime_error("this takes two processors: one for the daemon, one for the generator");
    return all;
}

std::vector<node::PublicKey> randomTargets()
{
    SystemRandom random;
    std::vector<node::PublicKey> targets;
    for (std::size_t i = 0; i < hotTargets; ++i) {
        FixedBytes<node::PublicKey::size> target{};
        random.fill(target);
        targets.emplace_back(target);
    }
    return targets;
}

/// Latencies of all kinds together are those of the slowest one.
Latency latencyOf(const discv4::load::Generator& generator)
{
    Latency latency;
    std::uint64_t due = generator.outcome().unsent;
    std::uint64_t answered = 0;
    for (const Kind kind : discv4::load::everyKind) {
        const auto& counts = generator.ledger().counts(kind);
        due += counts.sent;
        answered += counts.answered;
        latency.p50 = std::max(latency.p50, milliseconds(counts.latency.percentile(50)));
        latency.p90 = std::max(latency.p90, milliseconds(counts.latency.percentile(90)));
        latency.p99 = std::max(latency.p99, milliseconds(counts.latency.percentile(99)));
        latency.p999 = std::max(latency.p999, milliseconds(counts.latency.percentile(99.9)));
    }
    latency.answeredShare = due > 0 ? static_cast<double>(answered) / static_cast<double>(due) : 0;
    // Those that were lost took at least that long.
    constexpr double ninetyNinth = 0.99;
    if (latency.answeredShare < ninetyNinth)
        latency.p99 = std::max(latency.p99, milliseconds(timeout));
    latency.isSpoilt = milliseconds(generator.outcome().slip.percentile(99)) > latency.p99 / 2;
    return latency;
}

double answeredOf(const discv4::load::Generator& generator)
{
    double sum = 0;
    for (const Kind kind : discv4::load::everyKind)
        sum += static_cast<double>(generator.ledger().counts(kind).answered);
    return sum;
}

double lostShareOf(const discv4::load::Generator& generator)
{
    double lost = 0;
    for (const Kind kind : discv4::load::everyKind)
        lost += static_cast<double>(generator.ledger().counts(kind).lost);
    return lost > 0 ? lost / (lost + answeredOf(generator)) : 0;
}

} // namespace

Course::Course(Table& table, const Options& options)
    : _table(table),
      _options(options),
      _seconds(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(options.seconds))),
      _processors(twoProcessors()),
      _daemonProcessors(_processors.begin() + 1, _processors.end()),
      _crowd(options.isQuick ? quickAskers : askers),
      _expiration(_clock.unixSeconds() + validity)
{
    measureCeiling();
    fillStocks();
    bindThread({_processors.front()});
}

bool Course::isAsked(const std::string& what) const
{
    return _options.only.empty() || what.find(_options.only) != std::string::npos;
}

void Course::measureCeiling()
{
    bindThread({_daemonProcessors.front()});
    constexpr Duration patience = std::chrono::milliseconds(300);
    _ceiling = Ceiling::measure(patience);
    _table.heading("libsecp256k1 on this machine: one thread, on the daemon's processor");
    const auto show = [&](const std::string& what, Duration each) {
        const double us = microseconds(each);
        _table.figure(what, us, "us  " + grouped(1e6 / us) + "/s");
        _results.figures.push_back({what, us, "us"});
    };
    show("recover a key", _ceiling.recover);
    show("sign", _ceiling.sign);
    show("verify", _ceiling.verify);
    show("Keccak of 130 bytes", _ceiling.keccak);
    const auto showWork = [&](const std::string& what, const Ceiling::Work& work) {
        show(what, work.curve);
        show("  with Keccak of the packets", work.hashed());
        _results.figures.back().what = what + ", with Keccak";
    };
    showWork("PING: recover, sign", _ceiling.ping);
    showWork("FINDNODE: recover, sign twice", _ceiling.findNode);
    showWork("FINDNODE, answer signed before: recover", _ceiling.findNodeOpened);
    showWork("ENRRequest: recover, sign", _ceiling.enrRequest);
}

/// As many as the fastest row takes in its time, more or less; when it takes more, they are sent again.
void Course::fillStocks()
{
    // Nodes remember the last questions of each asker, and answer none of them twice.
    constexpr std::size_t least = 32;
    const auto ahead = std::max(
        least, static_cast<std::size_t>(seconds(_seconds) / seconds(_ceiling.ping.curve)) / _crowd.size());
    const node::Endpoint anywhere{node::IpAddress::v4(127, 0, 0, 1), 1};
    _stock = std::make_unique<discv4::load::Stock>(_crowd, anywhere, Mix{1, 1, 1}, ahead + 2, _expiration);
    _hot = std::make_unique<discv4::load::Stock>(_crowd, anywhere, Mix{0, 1, 0}, ahead + 2, _expiration);
    _hot->setTargets(randomTargets());
    for (auto* const stock : {_stock.get(), _hot.get()})
        stock->fill([this](std::size_t) { return !_interruption.requested(); });
}

Plan Course::plan() const
{
    Plan plan;
    plan.target = _subject->endpoint();
    plan.key = _subject->key();
    plan.duration = _seconds;
    plan.timeout = timeout;
    plan.mix = realistic;
    plan.bondingPace = std::chrono::microseconds(200);
    return plan;
}

void Course::run(std::size_t peers, unsigned workers)
{
    if (_interruption.requested())
        return;
    begin(peers, workers, {});
    _table.heading(grouped(static_cast<double>(peers)) + " registered peers, " + std::to_string(workers) +
                   (workers == 1 ? " worker" : " workers"));
    // What a mass registration freed goes back to the system when the daemon looks for it next.
    constexpr std::size_t manyPeers = 100'000;
    constexpr Duration spareMemoryInterval = std::chrono::seconds(11);
    if (peers >= manyPeers)
        std::this_thread::sleep_for(spareMemoryInterval);
    const double mebibytes = static_cast<double>(_subject->memory()) / (1 << 20);
    _table.figure("memory, idle", mebibytes, "MiB");
    _table.figure("they were registered over HTTP in", seconds(_enrolled), "s");
    const std::string which = std::to_string(peers) + " peers, " + std::to_string(workers) + " workers";
    _results.figures.push_back({"memory, idle, " + which, mebibytes, "MiB"});
    _results.figures.push_back({"registered over HTTP, " + which, seconds(_enrolled), "s"});
    bond();
    requests();
    garbage();
    end();
}

void Course::runWithoutReuse(std::size_t peers)
{
    const Load load{"FINDNODE, signed anew", {0, 1, 0}, _stock.get(), _ceiling.findNode};
    if (_interruption.requested() || !isAsked(load.what))
        return;
    begin(peers, 1, {{"discv4.answer-cache", "0"}});
    _table.heading(grouped(static_cast<double>(peers)) +
                   " registered peers, 1 worker, discv4.answer-cache = 0");
    bond();
    _table.rates();
    add(closed(load));
    end();
}

void Course::begin(std::size_t peers, unsigned workers, const testkit::Properties& more)
{
    _peers = peers;
    _workers = workers;
    // Without a processor for each, the workers have all of them, so that they do run at the same time.
    const std::vector<int> theirs =
        hasProcessorFor(workers)
            ? std::vector(_daemonProcessors.begin(), _daemonProcessors.begin() + static_cast<int>(workers))
            : _processors;
    _usedAddresses = 0;
    bindThread(_processors); // what starts here is not bound to the generator's
    _subject.emplace(workers, _port, theirs, more);
    bindThread({_processors.front()});
    _port = _subject->endpoint().port;
    _crowd.aim(_subject->endpoint(), _subject->key());
    const MonotonicTime enrolling = _clock.now();
    _subject->enroll(peers, _crowd.port());
    _enrolled = _clock.now() - enrolling;
    _subject->settle();
}

/// Endpoint proofs for all who ask.
void Course::bond()
{
    _generator =
        std::make_unique<discv4::load::Generator>(plan(), _crowd, _clock, _interruption, [](auto&&...) {});
    if (const auto prepared = _generator->prepare(); !prepared)
        throw std::runtime_error(prepared.error().message);
    if (_generator->outcome().bonded < _crowd.size())
        throw std::runtime_error("only " + std::to_string(_generator->outcome().bonded) + " of " +
                                 std::to_string(_crowd.size()) + " askers have an endpoint proof");
}

void Course::end()
{
    _generator.reset();
    _subject.reset();
}

void Course::atRest()
{
    Durations starts;
    double memory = 0;
    const int rounds = _options.isQuick ? 1 : 5;
    for (int i = 0; i < rounds; ++i) {
        bindThread(_processors);
        const Subject subject(1, 0, _daemonProcessors);
        subject.settle();
        starts.add(subject.startTime());
        memory = static_cast<double>(subject.memory()) / (1 << 20);
    }
    _table.heading("A daemon without peers");
    _table.figure("memory, idle", memory, "MiB");
    _table.figure("from start to ready, median", starts.quantile(0.5), "ms");
    _results.figures.push_back({"memory, idle, no peers", memory, "MiB"});
    _results.figures.push_back({"from start to ready", starts.quantile(0.5), "ms"});
}

Row Course::rowOf(const std::string& what, const std::string& panel) const
{
    Row row;
    row.what = what;
    row.panel = panel;
    row.peers = _peers;
    row.workers = _workers;
    return row;
}

void Course::add(Row row)
{
    if (!_interruption.requested())
        _results.rows.push_back(std::move(row));
}

void Course::play(const Plan& plan, discv4::load::Stock& stock)
{
    _generator->change(plan, &stock);
    _generator->run();
}

Course::Start Course::start() const
{
    // Asking for counters takes time, too: not that of the row.
    Start start{_subject->counters(), {}};
    start.time = _subject->time();
    return start;
}

void Course::account(Row& row, const Start& start, Duration took) const
{
    const ProcessTime now = _subject->time();
    row.busy = seconds(now.running - start.time.running) / seconds(took);
    row.starved = seconds(now.waiting - start.time.waiting) / seconds(took);
}

/// How long the daemon's processor takes now for what it took `_ceiling.pair()` for.
double Course::machineNow() const
{
    constexpr Duration patience = std::chrono::milliseconds(50);
    bindThread({_daemonProcessors.front()});
    const Duration pair = Ceiling::measurePair(patience);
    bindThread({_processors.front()});
    return seconds(pair) / seconds(_ceiling.pair());
}

Row Course::closed(const Load& load)
{
    Plan asked = plan();
    asked.mix = load.mix;
    asked.inFlight = underWay * _workers;
    const double machineBefore = machineNow();
    const Start from = start();
    play(asked, *load.stock);
    Row row = rowOf(load.what, "requests");
    const double took = seconds(_generator->outcome().took);
    account(row, from, _generator->outcome().took);
    // What others do to the processor comes and goes: no ratio is to be better for it.
    const double machine = std::min(machineBefore, machineNow());
    const double answered = answeredOf(*_generator);
    row.perSecond = answered / took;
    row.processorUs = answered > 0 ? row.busy * took * 1e6 / answered : 0;
    row.curveUs = microseconds(load.ceiling.curve) * machine;
    row.hashedUs = microseconds(load.ceiling.hashed()) * machine;
    row.lost = lostShareOf(*_generator);
    row.reused = reusedSince(from.counters);
    if (isAsked(load.what)) {
        _table.rate(row.what, {row.perSecond, row.processorUs, row.curveUs, row.hashedUs, row.busy});
        note(row, from.counters);
    }
    return row;
}

/// What is to be known of a row, and what makes it another one than its name says.
void Course::note(const Row& row, const Counters& before)
{
    constexpr double little = 0.001, much = 0.1, nearlyAll = 0.9;
    const Counters after = _subject->counters();
    if (row.reused)
        _table.note(grouped(*row.reused * 100, 1) + " % of the answers were signed before");
    if (row.lost > little) {
        std::string why;
        if (row.flood <= 0) // else they are the flood's
            for (const auto& [reason, count] : after.grownSince(before, dropped, "reason"))
                why += ", " + reason + ' ' + grouped(count);
        if (const double full = after.sum(kernelDrops) - before.sum(kernelDrops); full > 0)
            why += ", socket full " + grouped(full);
        _table.note(grouped(row.lost * 100, 2) +
                    " % were not answered; dropped:" + (why.empty() ? " none" : why.substr(1)));
    }
    const double processors = std::min<double>(_workers, static_cast<double>(_daemonProcessors.size()));
    if (row.panel == "requests" && row.busy + row.starved < nearlyAll * processors)
        _table.note("the daemon idled: the generator was the bottleneck");
    if (row.starved > much * _workers && processors >= _workers)
        _table.note("other programs had its processor for " +
                    grouped(row.starved / (row.starved + row.busy) * 100) + " % of the time it wanted");
    const auto& counts = _generator->ledger().counts(Kind::findNode);
    if (counts.answered == 0)
        return;
    const double neighbors = (after.sum(sent, "type", "neighbors") - before.sum(sent, "type", "neighbors")) /
                             static_cast<double>(counts.answered);
    if (neighbors < 2 - much && _peers >= 16)
        _table.note("an answer had " + grouped(neighbors, 2) +
                    " datagrams, and not 2: its ceiling is shown too high");
}

std::optional<double> Course::reusedSince(const Counters& before) const
{
    constexpr const char* answers = "waymark_discv4_answers_total";
    const Counters after = _subject->counters();
    const double all = after.sum(answers) - before.sum(answers);
    if (all <= 0)
        return std::nullopt;
    const auto reused = [&](const Counters& counters) {
        return counters.sum(answers, "signature", "reused");
    };
    return (reused(after) - reused(before)) / all;
}

/// Without a row that must be known first, it is measured and not shown.
void Course::requests()
{
    const auto mixed = [&](Duration Ceiling::Work::* part) {
        return (realistic.pings * _ceiling.ping.*part + realistic.findNodes * _ceiling.findNode.*part +
                realistic.enrRequests * _ceiling.enrRequest.*part) /
               static_cast<Duration::rep>(realistic.total());
    };
    const std::vector<Load> loads{{"PING", {1, 0, 0}, _stock.get(), _ceiling.ping},
                                  {"FINDNODE, random targets", {0, 1, 0}, _stock.get(), _ceiling.findNode},
                                  {"FINDNODE, 256 hot targets", {0, 1, 0}, _hot.get(), _ceiling.findNode},
                                  {"ENRRequest", {0, 0, 1}, _stock.get(), _ceiling.enrRequest},
                                  {"mix 5:4:1",
                                   realistic,
                                   _stock.get(),
                                   {mixed(&Ceiling::Work::curve), mixed(&Ceiling::Work::hashes)}}};
    _table.rates();
    double capacity = 0;
    for (const Load& load : loads) {
        const bool isMix = &load == &loads.back();
        const bool isNeeded = isMix && (isAsked("latency") || isAsked("flood"));
        if (!isAsked(load.what) && !isNeeded)
            continue;
        const Row row = closed(load);
        capacity = isMix ? row.perSecond : capacity;
        if (isAsked(load.what))
            add(row);
    }
    latency(capacity);
    floods(capacity);
}

void Course::latency(double capacity)
{
    if (!isAsked("latency") || capacity <= 0)
        return;
    _table.latencies();
    for (const double share : {halfLoad, highLoad})
        add(open("mix at " + grouped(share * 100) + " % of capacity",
                 static_cast<std::uint64_t>(capacity * share)));
}

Row Course::open(const std::string& what, std::uint64_t rate, double flood)
{
    Plan asked = plan();
    asked.rate = std::max<std::uint64_t>(rate, 1);
    const Start from = start();
    play(asked, *_stock);
    Row row = rowOf(what, "latency");
    row.flood = flood;
    account(row, from, _generator->outcome().took);
    row.perSecond = answeredOf(*_generator) / seconds(_generator->outcome().took);
    row.lost = lostShareOf(*_generator);
    row.latency = latencyOf(*_generator);
    row.latency->offered = static_cast<double>(asked.rate);
    const Latency& shown = *row.latency;
    _table.latency(what, shown.offered, shown.answeredShare, {shown.p50, shown.p99, shown.p999});
    if (shown.isSpoilt)
        _table.note("requests left late: the generator had no processor for itself");
    note(row, from.counters);
    return row;
}

const Row* Course::find(const std::string& what, std::size_t peers, unsigned workers) const
{
    const auto found = std::ranges::find_if(_results.rows, [&](const Row& row) {
        return row.what == what && row.peers == peers && row.workers == workers;
    });
    return found == _results.rows.end() ? nullptr : &*found;
}

} // namespace waymark::bench

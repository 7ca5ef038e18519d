#include "io/UdpProbe.h"

#include "wire/Frame.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace waymark::discv4::io
{

namespace
{

using Steady = std::chrono::steady_clock;

constexpr Duration longestPause = std::chrono::seconds(1);
/// How long one socket is listened to before the others are looked at.
constexpr Duration slice = std::chrono::milliseconds(20);
/// How long the thread waits at most before it shows that it is alive.
constexpr Duration longestSilence = std::chrono::seconds(2);

/// The system spreads ports over workers by a hash: of eight ports for each worker none leads to a given one
/// three times in 10,000.
constexpr std::size_t candidatesPerWorker = 8;
constexpr std::size_t candidatesAtOnce = 64;

/// What is added to the time for `expiration`.
constexpr std::uint64_t lifetime = 60;
/// Pings within this many differ by their expiration, as no two packets may be the same.
constexpr std::uint64_t variety = 3'600;

/// Where a socket of this machine reaches what is bound.
node::Endpoint reachable(const node::Endpoint& bound)
{
    if (!bound.ip.isUnspecified())
        return bound;
    return {bound.ip.isV4() ? node::IpAddress::v4(127, 0, 0, 1) : node::IpAddress::parse("::1").value(),
            bound.port};
}

} // namespace

UdpProbe::UdpProbe(const Environment& environment, const Target& target, Duration interval)
    : _environment(environment),
      _target(target),
      _encoder([&pings = environment.pings](const node::Hash256& digest) { return pings.sign(digest); }),
      _lines(target.workers),
      _interval(interval)
{
    for (unsigned i = 0; i < target.workers; ++i) {
        const auto counter = [&](const char* result) {
            return environment.metrics.counter(
                "waymark_discv4_probes_total", "Rounds of pings to this node's own workers, by result",
                {{"listen", target.bound.toString()}, {"worker", std::to_string(i + 1)}, {"result", result}});
        };
        _standings.push_back({Steady::now(), 0, counter("answered"), counter("missed")});
    }
}

Result<void> UdpProbe::start()
{
    auto trial = _environment.sockets.connect(reachable(_target.bound));
    if (!trial && trial.error().code == ErrorCode::unavailable)
        return {};
    if (!trial && trial.error().code == ErrorCode::io)
        return failure(std::move(trial.error()));
    if (trial && _target.workers == 1)
        _lines.front().client = *std::move(trial);
    _environment.pings.prepare(_environment.random);
    for (Standing& standing : _standings)
        standing.lastAnswer = Steady::now();
    _thread.start("discv4-probe", [this](const std::stop_token& stopping, Worker&) { run(stopping); });
    return {};
}

void UdpProbe::stop() noexcept
{
    _thread.stop();
    std::ranges::for_each(_lines, [this](Line& line) { forget(line); });
}

void UdpProbe::setInterval(Duration interval)
{
    {
        const std::lock_guard lock(_mutex);
        if (_interval == interval)
            return;
        _interval = interval;
        for (Standing& standing : _standings) {
            standing.lastAnswer = Steady::now();
            standing.missed = 0;
        }
        _obstacle.reset();
    }
    _changed.notify_all();
}

observe::Health UdpProbe::health() const
{
    const std::lock_guard lock(_mutex);
    const auto isMute = [](const Standing& standing) {
        return standing.missed >= toleratedMisses;
    };
    const auto mute = std::ranges::find_if(_standings, isMute);
    if (mute == _standings.end())
        return _obstacle ? observe::Health::degraded("its workers cannot be probed: " + *_obstacle)
                         : observe::Health::ok();
    const auto silence = std::chrono::duration_cast<std::chrono::seconds>(Steady::now() - mute->lastAnswer);
    const auto others = std::count_if(std::next(mute), _standings.end(), isMute);
    return observe::Health::failed("worker " + std::to_string(mute - _standings.begin() + 1) + " of " +
                                   std::to_string(_standings.size()) + " on " + _target.bound.toString() +
                                   " has not answered its own ping for " + std::to_string(silence.count()) +
                                   " s" +
                                   (others > 0 ? ", nor have " + std::to_string(others) + " more" : ""));
}

void UdpProbe::run(const std::stop_token& stopping)
{
    Time lastRound{};
    while (const auto interval = awaitRound(stopping, lastRound)) {
        lastRound = Steady::now();
        try {
            probe(stopping, *interval, lastRound);
        } catch (const std::exception& error) {
            giveUp(*interval, error);
        }
        std::ranges::for_each(_lines, [this](Line& line) { forget(line); });
        std::ranges::for_each(_candidates, [this](Line& line) { forget(line); });
        _candidates.clear();
    }
}

void UdpProbe::probe(const std::stop_token& stopping, Duration interval, Time begin)
{
    const std::size_t workers = _target.workers;
    Round round{interval,
                begin + interval,
                std::min(interval / 4, longestPause),
                workers * candidatesPerWorker,
                std::vector<bool>(workers),
                std::vector<bool>(workers)};
    runRound(stopping, round);
    if (!stopping.stop_requested())
        judge(round);
}

void UdpProbe::giveUp(Duration interval, const std::exception& error) noexcept
{
    const std::lock_guard lock(_mutex);
    if (_interval != interval)
        return;
    try {
        _obstacle = error.what();
    } catch (const std::exception&) {
        _obstacle = "no memory"; // so short that it needs none
    }
}

std::optional<Duration> UdpProbe::awaitRound(const std::stop_token& stopping, Time lastRound)
{
    std::unique_lock lock(_mutex);
    while (!stopping.stop_requested()) {
        _thread.beat();
        const auto now = Steady::now();
        const Time next = lastRound + _interval;
        if (_interval > Duration::zero() && (lastRound == Time{} || now >= next))
            return _interval;
        const Duration wait = _interval > Duration::zero() ? next - now : longestSilence;
        _changed.wait_for(lock, stopping, std::min(wait, longestSilence),
                          [&, before = _interval] { return _interval != before; });
    }
    return std::nullopt;
}

void UdpProbe::runRound(const std::stop_token& stopping, Round& round)
{
    const auto isOver = [&] {
        return std::ranges::all_of(round.answered, [](bool has) { return has; });
    };
    while (!isOver() && Steady::now() < round.end && !stopping.stop_requested() && isCurrent(round)) {
        _thread.beat();
        ask(round);
        listen(stopping, round);
    }
}

void UdpProbe::ask(Round& round)
{
    for (unsigned i = 0; i < _target.workers; ++i)
        if (!round.answered[i] && _lines[i].client)
            round.asked[i] = ping(_lines[i], round) || round.asked[i];
    search(round);
}

void UdpProbe::search(Round& round)
{
    const bool isComplete =
        std::ranges::all_of(_lines, [](const Line& line) { return line.client != nullptr; });
    while (!isComplete && round.openings > 0 && _candidates.size() < candidatesAtOnce) {
        auto line = open(round);
        if (!line)
            return;
        _candidates.push_back(*std::move(line)); // its pings are forgotten with the round, whatever happens
        Line& candidate = _candidates.back();
        const bool isPinged = ping(candidate, round);
        if (isPinged && _target.workers > 1) {
            round.hasSearched = true;
            --round.openings;
            continue;
        }
        if (isPinged) {
            round.asked[0] = true;
            give(std::move(candidate), 0);
        } else {
            forget(candidate);
        }
        _candidates.pop_back();
        return;
    }
}

std::optional<UdpProbe::Line> UdpProbe::open(Round& round)
{
    auto client = _environment.sockets.connect(reachable(_target.bound));
    if (!client) {
        round.obstacle = client.error().message;
        return std::nullopt;
    }
    return Line{*std::move(client), {}};
}

bool UdpProbe::ping(Line& line, Round& round)
{
    const node::Endpoint to = reachable(_target.bound);
    const std::uint64_t expiration = _environment.clock.unixSeconds() + lifetime + _sent++ % variety;
    const auto packet = _encoder.encode(wire::Ping{{}, {to.ip, to.port, 0}, expiration, std::nullopt});
    line.pings.push_back(packet.hash);
    _environment.pings.add(packet.hash);
    const auto sent = line.client->send(packet.bytes);
    if (!sent)
        round.obstacle = sent.error().message;
    return sent.has_value();
}

void UdpProbe::listen(const std::stop_token& stopping, Round& round)
{
    const Time until = std::min(Steady::now() + round.pause, round.end);
    const auto isAwaited = [](const Line& line) {
        return !line.pings.empty();
    };
    while (Steady::now() < until && !stopping.stop_requested()) {
        if (std::ranges::none_of(_lines, isAwaited) && std::ranges::none_of(_candidates, isAwaited))
            return;
        if (!hear(round, Duration::zero()))
            hear(round, std::min<Duration>(until - Steady::now(), slice));
    }
}

bool UdpProbe::hear(Round& round, Duration patience)
{
    bool heard = false;
    for (unsigned i = 0; i < _target.workers; ++i) {
        if (_lines[i].pings.empty())
            continue;
        const auto worker = hear(_lines[i], std::exchange(patience, Duration::zero()));
        if (!worker)
            continue;
        heard = true;
        answered(*worker, round);
        if (*worker != i) // the system spreads ports anew when sockets come or go
            give(std::exchange(_lines[i], {}), *worker);
    }
    for (Line& line : _candidates) {
        if (const auto worker = hear(line, std::exchange(patience, Duration::zero()))) {
            heard = true;
            answered(*worker, round);
            give(std::exchange(line, {}), *worker);
        }
    }
    std::erase_if(_candidates, [](const Line& line) { return !line.client; });
    return heard;
}

std::optional<unsigned> UdpProbe::hear(Line& line, Duration patience)
{
    while (const auto datagram = line.client->receive(patience)) {
        const auto worker = answererOf(line, *datagram);
        if (worker) {
            forget(line);
            return worker;
        }
        patience = Duration::zero();
    }
    return std::nullopt;
}

std::optional<unsigned> UdpProbe::answererOf(const Line& line, ByteView datagram) const
{
    const auto frame = wire::Frame::parse(datagram);
    const auto message = frame ? frame->decode() : tl::unexpected(wire::Drop::malformed);
    const auto* const pong = message ? std::get_if<wire::Pong>(&*message) : nullptr;
    if (pong == nullptr || std::ranges::find(line.pings, pong->pingHash) == line.pings.end())
        return std::nullopt;
    const auto sender = frame->recoverSender();
    if (!sender || *sender != _target.key)
        return std::nullopt;
    return _environment.pings.workerOf(pong->pingHash);
}

void UdpProbe::answered(unsigned worker, Round& round)
{
    if (worker >= _target.workers || round.answered[worker])
        return;
    round.answered[worker] = true;
    const std::lock_guard lock(_mutex);
    Standing& standing = _standings[worker];
    standing.lastAnswer = Steady::now();
    standing.missed = 0;
    standing.answers.increment();
}

void UdpProbe::give(Line line, unsigned worker)
{
    if (worker < _target.workers && !_lines[worker].client)
        _lines[worker] = std::move(line);
    else
        forget(line);
}

void UdpProbe::forget(Line& line) noexcept
{
    for (const auto& hash : line.pings)
        _environment.pings.remove(hash);
    line.pings.clear();
}

void UdpProbe::judge(Round& round)
{
    const std::lock_guard lock(_mutex);
    if (_interval != round.interval)
        return;
    for (unsigned i = 0; i < _target.workers; ++i) {
        // Where a socket was looked for, so many ports make it all but certain that one led there.
        const bool asked = round.asked[i] || (!_lines[i].client && round.hasSearched && !round.obstacle);
        if (round.answered[i] || !asked)
            continue;
        ++_standings[i].missed;
        _standings[i].misses.increment();
    }
    _obstacle = std::move(round.obstacle);
}

bool UdpProbe::isCurrent(const Round& round) const
{
    const std::lock_guard lock(_mutex);
    return _interval == round.interval;
}

} // namespace waymark::discv4::io

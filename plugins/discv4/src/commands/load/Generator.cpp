#include "commands/load/Generator.h"

#include "wire/Frame.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <variant>

namespace waymark::discv4::load
{

namespace
{

constexpr std::uint64_t lifetime = 60; ///< of packets, behind the end of the load

} // namespace

Generator::Generator(const Plan& plan, Askers& askers, const Clock& clock,
                     const toolkit::Interruption& interruption, Tell tell)
    : _plan(plan),
      _askers(askers),
      _clock(clock),
      _interruption(interruption),
      _tell(std::move(tell)),
      _receiver([this](std::size_t identity, ByteView datagram) { handle(identity, datagram); })
{
}

void Generator::change(const Plan& plan, Stock* stock)
{
    _plan = plan;
    _ownStock.reset();
    _stock = stock;
    _isReused = stock != nullptr;
    _open.reset();
    _asked = 0;
    _waited = 0;
    _outcome = {};
    _outcome.bonded = _bonding ? _bonding->ready() : 0;
}

Result<void> Generator::prepare()
{
    const bool needsQuestions = _plan.mix.findNodes > 0 || _plan.mix.enrRequests > 0;
    _bonding = std::make_unique<Bonding>(_askers, _plan.target, _clock, needsQuestions);
    bond();
    _outcome.bonded = _bonding->ready();
    if (_outcome.bonded > 0 || _interruption.requested())
        return {};
    if (_bonding->hasAnyPong())
        return failure(ErrorCode::unavailable,
                       _plan.target.toString() +
                           " answers PINGs, but no FINDNODE, though endpoint proofs were offered; "
                           "waymark discv4 probe says more, and --mix 1:0 asks PINGs alone");
    const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(_plan.timeout).count();
    return failure(ErrorCode::unavailable,
                   "no PONG from " + _plan.target.toString() + " within " + std::to_string(timeout) +
                       " ms, four times; check address and UDP port, whether a firewall is in "
                       "between, and whether the node runs");
}

/// All of them in rounds, until they are through; what comes back is answered on the way.
void Generator::bond()
{
    constexpr int rounds = 4; // three PINGs, and a question to who asked for no proof
    constexpr Duration rest = std::chrono::milliseconds(50); ///< for what answers are still to come
    _isBonding = true;
    const auto isDone = [&] {
        return _bonding->ready() == _askers.size() || _interruption.requested();
    };
    for (int round = 0; round < rounds && !isDone(); ++round) {
        for (std::size_t i = 0; i < _askers.size() && !isDone(); ++i) {
            if (_bonding->advance(i))
                waitUntil(_clock.now() + _plan.bondingPace);
            _tell("bonding", _bonding->ready(), _askers.size(), {});
        }
        for (const MonotonicTime until = _clock.now() + _plan.timeout; _clock.now() < until && !isDone();)
            wait(until);
    }
    waitUntil(_clock.now() + rest);
    _isBonding = false;
}

void Generator::waitUntil(MonotonicTime time)
{
    while (_clock.now() < time && !_interruption.requested())
        wait(time);
}

void Generator::sign()
{
    constexpr std::uint64_t mostAhead = 200'000;
    constexpr std::uint64_t closedAhead = 20'000;
    constexpr std::uint64_t secondsAhead = 20; // others sign as fast as one sends, but not at once
    constexpr std::uint64_t spare = 8; ///< for each identity: they are not asked in turn to the last one
    const auto seconds =
        static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(_plan.duration).count());
    const std::uint64_t ahead =
        _open ? std::min({mostAhead, _open->total(), _plan.rate * secondsAhead}) : closedAhead;
    _ownStock =
        std::make_unique<Stock>(_askers, _plan.target, _plan.mix, ahead * 3 / 2 / _askers.size() + spare,
                                _clock.unixSeconds() + seconds + lifetime);
    _stock = _ownStock.get();
    _stock->fill([&](std::size_t done) {
        _tell("signing", done, _stock->capacity(), {});
        return !_interruption.requested();
    });
    // Threads that need not sign are not in the way of the one that sends.
    if (!_open || _open->total() > ahead)
        _stock->keepFull(std::max(2U, std::thread::hardware_concurrency()) - 1);
}

void Generator::run()
{
    _ledger = std::make_unique<Ledger>(_askers.size(), _plan.timeout);
    for (std::size_t i = 0; i < _askers.size(); ++i)
        if (_bonding->isReady(i))
            _ledger->admit(i);
    if (_plan.rate > 0)
        _open.emplace(_plan.mix, _plan.rate, _plan.duration);
    if (!_interruption.requested() && !_isReused)
        sign();
    const std::uint64_t signedBefore = _stock != nullptr ? _stock->signedLate() : 0;
    loop();
    _outcome.interrupted = _interruption.requested();
    _outcome.pending = _ledger->pending();
    _outcome.signedLate = _stock != nullptr ? _stock->signedLate() - signedBefore : 0;
}

void Generator::loop()
{
    _begun = _clock.now();
    _lastSent = _begun;
    _end = _begun + _plan.duration;
    // What could not leave so long after its time does not leave any more.
    const MonotonicTime lastChance = _end + _plan.timeout;
    MonotonicTime now = _begun;
    for (; !_interruption.requested(); now = _clock.now()) {
        _ledger->expire(now);
        const bool sends = now < (_open ? lastChance : _end);
        const bool hasMore = sends && (_open ? sendOpen(now) : sendClosed());
        const bool isAllGone = !_open || std::ranges::none_of(everyKind, [this](Kind kind) {
            return _open->next(kind).has_value();
        });
        if (now >= _end && _ledger->pending() == 0 && (isAllGone || !sends))
            break;
        tell(now);
        wait(hasMore ? now : nextEvent(sends).value_or(now + _plan.timeout));
    }
    const MonotonicTime over = std::min(now, _end);
    if (_open)
        for (const Kind kind : everyKind)
            _outcome.unsent += _open->waiting(kind, over - _begun);
    _outcome.took = std::max(over, _lastSent) - _begun;
}

void Generator::tell(MonotonicTime now)
{
    constexpr Duration pace = std::chrono::milliseconds(50);
    if (now < _nextTell)
        return;
    _nextTell = now + pace;
    const auto secondsOf = [](Duration duration) {
        return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(duration).count());
    };
    std::uint64_t answered = 0;
    std::uint64_t lost = 0;
    for (const Kind kind : everyKind) {
        answered += _ledger->counts(kind).answered;
        lost += _ledger->counts(kind).lost;
    }
    _tell("loading", secondsOf(std::min(now - _begun, _plan.duration)), secondsOf(_plan.duration),
          std::to_string(answered) + " answered, " + std::to_string(lost) + " lost");
}

namespace
{

/// Sent in one go, before what came is looked at.
constexpr int mostAtATime = 64;

} // namespace

/// The kind that is to leave next: that which is due for longest, unless it cannot.
std::optional<Kind> Generator::nextOpen(MonotonicTime now) const
{
    std::optional<Kind> best;
    for (const Kind kind : everyKind) {
        const auto due = _open->next(kind);
        const bool isDue = due && _begun + *due <= now && canSend(kind);
        if (isDue && (!best || *due < *_open->next(*best)))
            best = kind;
    }
    return best;
}

/// Whether there is more that could leave at once.
bool Generator::sendOpen(MonotonicTime now)
{
    for (int i = 0; i < mostAtATime; ++i) {
        const auto kind = nextOpen(now);
        if (!kind) {
            countWaiting(now);
            return false;
        }
        sendOne(*kind, _begun + *_open->next(*kind));
        _open->left(*kind);
        now = _clock.now();
    }
    return true;
}

/// Those that are due while no identity is free, each once.
void Generator::countWaiting(MonotonicTime now)
{
    const std::uint64_t gone = _open->gone(Kind::findNode);
    const std::uint64_t due = gone + _open->waiting(Kind::findNode, now - _begun);
    const std::uint64_t known = std::max(_waited, gone);
    if (due > known) {
        _outcome.waited += due - known;
        _waited = due;
    }
}

bool Generator::sendClosed()
{
    for (int i = 0; i < mostAtATime; ++i) {
        const Kind kind = _plan.mix.at(_asked);
        if (_ledger->pending() >= _plan.inFlight)
            return false;
        if (!canSend(kind)) {
            if (std::exchange(_waited, _asked + 1) != _asked + 1)
                ++_outcome.waited;
            return false;
        }
        sendOne(kind, _clock.now());
        ++_asked;
    }
    return true;
}

void Generator::sendOne(Kind kind, MonotonicTime intended)
{
    std::size_t identity = _nextPinger;
    if (kind == Kind::findNode)
        identity = *_ledger->takeIdle();
    else // the next one that may ask; there is one
        do
            identity = _nextPinger++ % _askers.size();
        while (!_bonding->isReady(identity));
    auto packet = _stock->take(identity, kind);
    const MonotonicTime now = _clock.now();
    _lastSent = now;
    if (!_askers.send(identity, packet.bytes))
        ++_outcome.notSent;
    // Those that waited for an identity are counted as such.
    if (_open && (kind != Kind::findNode || _open->gone(kind) >= _waited))
        _outcome.slip.record(now - intended);
    if (kind == Kind::findNode)
        _ledger->findNodeSent(identity, intended, now);
    else
        _ledger->sent(kind, packet.hash, intended, now);
    if (_isReused)
        _stock->putBack(identity, kind, std::move(packet));
}

std::optional<MonotonicTime> Generator::nextEvent(bool sends) const
{
    std::optional<MonotonicTime> next = _ledger->nextDue();
    const auto consider = [&](MonotonicTime time) {
        next = next ? std::min(*next, time) : time;
    };
    const MonotonicTime now = _clock.now();
    if (now < _end)
        consider(_end);
    if (!_open || !sends)
        return next;
    consider(_end + _plan.timeout);
    for (const Kind kind : everyKind)
        // One that is due already waits for an identity, which the ledger wakes.
        if (const auto due = _open->next(kind); due && _begun + *due > now)
            consider(_begun + *due);
    return next;
}

void Generator::wait(MonotonicTime until)
{
    _askers.receive(until, _receiver);
}

/// Signatures are not looked at: sockets are connected to the node, hashes match, and a signature would cost
/// the time of several packets.
void Generator::handle(std::size_t identity, ByteView datagram)
{
    const MonotonicTime now = _clock.now();
    const auto frame = wire::Frame::parse(datagram);
    const auto message = frame ? frame->decode() : tl::unexpected(frame.error());
    if (!message) {
        ++_outcome.strayPackets;
        return;
    }
    if (std::holds_alternative<wire::Ping>(*message))
        return answerPing(identity, frame->hash());
    if (const auto* const pong = std::get_if<wire::Pong>(&*message)) {
        if (!_isBonding)
            _ledger->named(pong->pingHash, now);
        else if (frame->recoverSender() == _plan.key)
            _bonding->ponged(identity);
        return;
    }
    if (const auto* const record = std::get_if<wire::EnrResponse>(&*message)) {
        if (!_isBonding)
            _ledger->named(record->requestHash, now);
        return;
    }
    const auto* const told = std::get_if<wire::Neighbors>(&*message);
    if (told != nullptr && _isBonding)
        _bonding->told(identity);
    else if (told != nullptr)
        _ledger->neighbors(identity, told->size, now);
}

void Generator::answerPing(std::size_t identity, const node::Hash256& hash)
{
    const auto packet = _askers.encoder(identity).encode(
        wire::Pong{{_plan.target.ip, _plan.target.port, 0}, hash, _clock.unixSeconds() + lifetime, {}});
    _askers.send(identity, packet.bytes);
    if (_isBonding)
        _bonding->pinged(identity);
}

} // namespace waymark::discv4::load

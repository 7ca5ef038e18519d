#include "commands/load/Generator.h"

#include "wire/Frame.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace waymark::discv4::load
{

namespace
{

constexpr std::uint64_t timerTag = ~std::uint64_t{0};
constexpr std::uint64_t interruptionTag = timerTag - 1;
constexpr std::uint64_t lifetime = 60; ///< of packets, behind the end of the load

/// The n-th address of loopback, each in a network of its own: nodes limit networks, too.
node::IpAddress loopbackAddress(std::size_t number)
{
    if (number == 0)
        return node::IpAddress::v4(127, 0, 0, 1);
    return node::IpAddress::v4(127, static_cast<Byte>(number >> 8U), static_cast<Byte>(number), 1);
}

node::IpAddress sourceFor(const Plan& plan, std::size_t identity)
{
    const auto& ip = plan.target.ip;
    if (ip.scope() == node::IpScope::loopback && ip.isV4())
        return loopbackAddress(identity % plan.addresses);
    return ip.isV4() ? node::IpAddress() : node::IpAddress::anyV6();
}

} // namespace

Generator::Generator(const Plan& plan, const Clock& clock, const toolkit::Interruption& interruption,
                     Tell tell)
    : _plan(plan), _clock(clock), _interruption(interruption), _tell(std::move(tell))
{
}

Generator::~Generator()
{
    for (const int descriptor : {_poll, _timer})
        if (descriptor >= 0)
            ::close(descriptor);
}

Result<void> Generator::watch(int descriptor, std::uint64_t tag)
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = tag;
    if (::epoll_ctl(_poll, EPOLL_CTL_ADD, descriptor, &event) == 0)
        return {};
    return failure(ErrorCode::io, "epoll: " + std::generic_category().message(errno));
}

Result<void> Generator::openSockets()
{
    _poll = ::epoll_create1(EPOLL_CLOEXEC);
    _timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (_poll < 0 || _timer < 0)
        return failure(ErrorCode::io, std::generic_category().message(errno));
    for (const auto& [descriptor, tag] :
         {std::pair{_timer, timerTag}, std::pair{_interruption.descriptor(), interruptionTag}})
        if (const auto watched = watch(descriptor, tag); !watched)
            return watched;
    SystemRandom random;
    for (std::size_t i = 0; i < _plan.identities; ++i) {
        auto identity = Identity::open(node::SecretKey::generate(random), _plan.target, sourceFor(_plan, i));
        if (!identity)
            return failure(identity.error().in("identity " + std::to_string(i + 1) + " of " +
                                               std::to_string(_plan.identities) +
                                               " (ulimit -n bounds how many there may be)"));
        if (const auto watched = watch((*identity)->descriptor(), i); !watched)
            return watched;
        _identities.push_back(*std::move(identity));
    }
    return {};
}

Result<void> Generator::prepare()
{
    if (const auto opened = openSockets(); !opened)
        return opened;
    _bonding = std::make_unique<Bonding>(_identities, _plan.target, _clock, _plan.mix.findNodes > 0);
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
    constexpr Duration interval = std::chrono::milliseconds(2); ///< a pace that ordinary limits allow
    constexpr Duration rest = std::chrono::milliseconds(50);    ///< for what answers are still to come
    _isBonding = true;
    const auto isDone = [&] {
        return _bonding->ready() == _identities.size() || _interruption.requested();
    };
    for (int round = 0; round < rounds && !isDone(); ++round) {
        for (std::size_t i = 0; i < _identities.size() && !isDone(); ++i) {
            if (_bonding->advance(i))
                waitUntil(_clock.now() + interval);
            _tell("bonding", _bonding->ready(), _identities.size(), {});
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
    _stock = std::make_unique<Stock>(_identities, _plan.target, _plan.mix,
                                     ahead * 3 / 2 / _identities.size() + spare,
                                     _clock.unixSeconds() + seconds + lifetime);
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
    _ledger = std::make_unique<Ledger>(_identities.size(), _plan.timeout);
    for (std::size_t i = 0; i < _identities.size(); ++i)
        if (_bonding->isReady(i))
            _ledger->admit(i);
    if (_plan.rate > 0)
        _open.emplace(_plan.mix, _plan.rate, _plan.duration);
    if (!_interruption.requested())
        sign();
    loop();
    _outcome.interrupted = _interruption.requested();
    _outcome.pending = _ledger->pending();
    _outcome.signedLate = _stock ? _stock->signedLate() : 0;
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
        const bool isAllGone = !_open || (!_open->next(Kind::ping) && !_open->next(Kind::findNode));
        if (now >= _end && _ledger->pending() == 0 && (isAllGone || !sends))
            break;
        tell(now);
        wait(hasMore ? now : nextEvent(sends).value_or(now + _plan.timeout));
    }
    const MonotonicTime over = std::min(now, _end);
    if (_open)
        for (const Kind kind : {Kind::ping, Kind::findNode})
            _outcome.unsent += _open->waiting(kind, over - _begun);
    _outcome.took = std::max(over, _lastSent) - _begun;
}

void Generator::tell(MonotonicTime now) const
{
    const auto secondsOf = [](Duration duration) {
        return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(duration).count());
    };
    std::uint64_t answered = 0;
    std::uint64_t lost = 0;
    for (const Kind kind : {Kind::ping, Kind::findNode}) {
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
    for (const Kind kind : {Kind::ping, Kind::findNode}) {
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
            identity = _nextPinger++ % _identities.size();
        while (!_bonding->isReady(identity));
    const auto packet = _stock->take(identity, kind);
    const MonotonicTime now = _clock.now();
    _lastSent = now;
    if (!_identities[identity]->send(packet.bytes))
        ++_outcome.notSent;
    // Those that waited for an identity are counted as such.
    if (_open && (kind == Kind::ping || _open->gone(kind) >= _waited))
        _outcome.slip.record(now - intended);
    if (kind == Kind::ping)
        _ledger->pingSent(packet.hash, intended, now);
    else
        _ledger->findNodeSent(identity, intended, now);
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
    for (const Kind kind : {Kind::ping, Kind::findNode})
        // One that is due already waits for an identity, which the ledger wakes.
        if (const auto due = _open->next(kind); due && _begun + *due > now)
            consider(_begun + *due);
    return next;
}

/// The timer is finer than the milliseconds of epoll_wait().
void Generator::wait(MonotonicTime until)
{
    constexpr std::int64_t second = 1'000'000'000;
    const auto at = std::max<std::int64_t>(until.time_since_epoch().count(), 1);
    itimerspec when{};
    when.it_value.tv_sec = at / second;
    when.it_value.tv_nsec = at % second;
    ::timerfd_settime(_timer, TFD_TIMER_ABSTIME, &when, nullptr);
    std::array<epoll_event, 256> events{};
    const int count = ::epoll_wait(_poll, events.data(), static_cast<int>(events.size()), 1'000);
    for (int i = 0; i < count; ++i) {
        const std::uint64_t tag = events[static_cast<std::size_t>(i)].data.u64;
        if (tag < _identities.size())
            receive(static_cast<std::size_t>(tag));
    }
}

void Generator::receive(std::size_t identity)
{
    std::array<Byte, 2'048> buffer{};
    // Not without end: the schedule goes on.
    for (int i = 0; i < 64; ++i) {
        const auto size = _identities[identity]->receive(buffer);
        if (!size)
            return;
        handle(identity, ByteView(buffer).first(*size));
    }
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
            _ledger->pong(pong->pingHash, now);
        else if (frame->recoverSender() == _plan.key)
            _bonding->ponged(identity);
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
    const auto packet = _identities[identity]->encoder().encode(
        wire::Pong{{_plan.target.ip, _plan.target.port, 0}, hash, _clock.unixSeconds() + lifetime, {}});
    _identities[identity]->send(packet.bytes);
    if (_isBonding)
        _bonding->pinged(identity);
}

} // namespace waymark::discv4::load

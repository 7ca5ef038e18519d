#include "server/Front.h"

#include <algorithm>
#include <chrono>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace waymark::httpapi
{

namespace
{

using namespace std::chrono_literals;

constexpr std::uint64_t mailboxName = 2; // behind those of the acceptors
constexpr ConnectionId firstConnection = 3;
constexpr std::size_t reservedThreads = 2;
constexpr std::size_t handshakeThreads = 2;
constexpr int expiriesAtATime = 64;
constexpr int acceptsAtATime = 64;    // then the other connections have their turn
constexpr auto exhaustedPause = 50ms; // before another attempt to accept without descriptors
constexpr auto restless = 1s;         // workers that make a connection idle need not wake the front sooner
constexpr auto longestSleep = 1h;
constexpr auto workerLingers = 2ms;         // for the next request of a client that was just answered
constexpr std::size_t threadNameLimit = 15; // of the system

} // namespace

Front::Front(const Settings& settings, std::vector<Acceptor> acceptors, const http::RouteTable& routes,
             std::shared_ptr<ServerState> state, std::shared_ptr<Mailbox> mailbox, Serve serve)
    : _routes(routes),
      _state(std::move(state)),
      _serve(std::move(serve)),
      _mailbox(std::move(mailbox)),
      _acceptors(std::move(acceptors)),
      _name((settings.name + "-front").substr(0, threadNameLimit)),
      _connections(*_state),
      _lastId(firstConnection),
      _workers({settings.threads, reservedThreads, settings.handshakes ? handshakeThreads : 0, settings.name},
               [this](Connection& connection) { this->serve(connection); })
{
    _poller.add(_mailbox->descriptor(), EPOLLIN, mailboxName);
}

void Front::start()
{
    for (std::size_t i = 0; i < _acceptors.size(); ++i)
        _poller.add(_acceptors[i].descriptor(), EPOLLIN, i);
    _thread = std::thread([this] {
        pthread_setname_np(pthread_self(), _name.c_str());
        run();
    });
}

Front::~Front()
{
    _state->stopping = true;
    _state->aborting = true;
    stopping();
    if (_thread.joinable())
        _thread.join();
}

void Front::run()
{
    while (!_stopping || !_connections.empty()) {
        wait();
        if (_state->stopping && !_stopping)
            beginStop();
        if (_state->aborting)
            abortAll();
    }
}

void Front::wait()
{
    const MonotonicTime now = std::chrono::steady_clock::now();
    MonotonicTime until = now + (_connections.empty() ? Duration(longestSleep) : Duration(restless));
    if (!_timers.empty())
        until = std::min(until, _timers.begin()->first);
    if (_acceptAgain)
        until = std::min(until, *_acceptAgain);
    const auto sleep = _mailbox->maySleep(until)
                           ? std::max(0ms, std::chrono::ceil<std::chrono::milliseconds>(until - now))
                           : 0ms;
    const auto events = _poller.wait(sleep);
    readMail(); // first: a connection whose event is here may be the workers' according to what was known
    for (const epoll_event& event : events)
        handle(event.data.u64, event.events);
    expire();
    relieveMemory();
}

void Front::readMail()
{
    const bool lost = _mailbox->take(_posted);
    for (const ConnectionId id : _posted)
        if (Connection* const connection = _connections.find(id))
            guarded(*connection, &Front::takeBack);
    if (lost)
        lookAtAll();
}

void Front::lookAtAll()
{
    for (Places& places : _connections.phases())
        for (auto next = places.begin(); next != places.end();)
            guarded(**next++, &Front::takeBack);
}

/// There is something new for a connection, perhaps that it comes back from a worker.
void Front::takeBack(Connection& connection)
{
    if (connection.phase != Phase::dispatched)
        return settle(connection);
    if (!connection.returned.exchange(false))
        return;
    if (!std::exchange(connection.rested, false) || _stopping)
        return settle(connection);
    watchMemory(connection);
    _connections.enter(connection, Phase::idle);
    schedule(connection, connection.deadline);
}

void Front::handle(std::uint64_t name, std::uint32_t events)
{
    if (name < _acceptors.size())
        return accept(_acceptors[name]);
    Connection* const connection = _connections.find(name);
    if (connection == nullptr || connection->phase == Phase::dispatched)
        return;
    const bool left = (events & (EPOLLERR | EPOLLHUP)) != 0;
    const bool leaves = left || (events & EPOLLRDHUP) != 0; // which is only told where it is asked for
    if (connection->phase == Phase::parked && leaves)
        return drop(*connection, "unread-answer");
    if (connection->phase == Phase::streaming && leaves)
        return drop(*connection);
    guarded(*connection, &Front::settle);
}

/// Only the connection that lacks memory ends.
void Front::guarded(Connection& connection, void (Front::*step)(Connection&))
{
    try {
        (this->*step)(connection);
    } catch (const std::exception&) {
        drop(connection, "no-memory");
    }
}

void Front::expire()
{
    const MonotonicTime now = std::chrono::steady_clock::now();
    for (int i = 0; i < expiriesAtATime && !_timers.empty() && _timers.begin()->first <= now; ++i) {
        const ConnectionId id = _timers.begin()->second;
        Connection& connection = *_connections.find(id);
        schedule(connection, std::nullopt);
        guarded(connection, &Front::expireOne);
    }
    if (_acceptAgain && *_acceptAgain <= now) {
        _acceptAgain.reset();
        listen(EPOLLIN);
    }
}

/// Ends those that have held much memory for longest, while all hold too much together.
void Front::relieveMemory()
{
    while (_state->held->full() && !_heavy.empty())
        drop(*_heavy.front(), "no-memory");
}

void Front::listen(std::uint32_t events) noexcept
{
    for (std::size_t i = 0; i < _acceptors.size(); ++i)
        _poller.change(_acceptors[i].descriptor(), events, i);
}

void Front::accept(const Acceptor& acceptor)
{
    for (int i = 0; i < acceptsAtATime && !_stopping; ++i) {
        try {
            auto accepted = acceptor.accept();
            if (accepted.channel)
                admit(std::move(accepted));
            else if (accepted.error == EAGAIN)
                return;
            else if (accepted.exhausted() && !makeRoom())
                return pauseAccepting(accepted.error);
        } catch (const std::exception&) {
            return pauseAccepting(ENOMEM);
        }
    }
}

void Front::admit(Acceptor::Accepted accepted)
{
    if (_connections.size() >= _state->limits.connections && !makeRoom())
        return _state->metrics.dropped("too-many");
    const ConnectionId id = _lastId++;
    Connection& connection = _connections.add(
        std::make_unique<Connection>(id, std::move(accepted.channel), accepted.remote, *_state));
    const bool tooMany = _connections.fromAddressOf(connection) > _state->limits.perAddress;
    guarded(connection, tooMany ? &Front::turnAway : &Front::begin);
}

void Front::begin(Connection& connection)
{
    _poller.add(connection.channel->descriptor(), EPOLLONESHOT, connection.id);
    settle(connection);
}

void Front::turnAway(Connection& connection)
{
    _poller.add(connection.channel->descriptor(), EPOLLONESHOT, connection.id);
    _state->metrics.dropped("too-many-from-address");
    refuse(connection, {503, "there are too many connections from this address; close some and try again"});
}

/// Ends a connection that waits for its client, and for longest: one that is over, that has no request, or
/// none yet. False when there is none.
bool Front::makeRoom()
{
    for (const Phase phase : {Phase::closing, Phase::idle, Phase::handshaking, Phase::reading})
        if (!_connections.in(phase).empty()) {
            drop(*_connections.in(phase).front(), "gave-way");
            return true;
        }
    return false;
}

/// The connection stays in the system's queue: without a pause this would be tried in a busy loop.
void Front::pauseAccepting(int error) noexcept
{
    _acceptAgain = std::chrono::steady_clock::now() + exhaustedPause;
    listen(0);
    const bool memory = error == ENOMEM || error == ENOBUFS;
    _state->metrics.ended(memory ? "no-memory" : "no-descriptors");
    try {
        _state->log.limited(observe::LogLevel::warning, "http.exhausted",
                            {{"error", std::generic_category().message(error)}},
                            memory ? "A connection could not be accepted for lack of memory."
                                   : "A connection could not be accepted: raise the limit of open files.");
    } catch (const std::exception&) {
        _state->metrics.ended("no-memory"); // a line less
    }
}

/// What has arrived is served, what has not is not waited for.
void Front::beginStop()
{
    _stopping = true;
    for (const Acceptor& acceptor : _acceptors) {
        _poller.remove(acceptor.descriptor());
        ::shutdown(acceptor.descriptor(), SHUT_RDWR); // who connects now is refused at once
    }
    for (const Phase phase : {Phase::handshaking, Phase::idle, Phase::reading, Phase::streaming})
        for (auto next = _connections.in(phase).begin(); next != _connections.in(phase).end();)
            guarded(**next++, &Front::settle);
}

/// Nobody is waited for any more but workers, who cannot be stopped.
void Front::abortAll()
{
    for (Places& places : _connections.phases())
        for (auto next = places.begin(); next != places.end();)
            guarded(**next++, &Front::abortOne);
}

void Front::abortOne(Connection& connection)
{
    if (connection.phase == Phase::dispatched && !_workers.withdraw(connection))
        return;
    const bool waits = connection.phase == Phase::dispatched && !connection.channel->handshaking();
    if ((waits || connection.parked) && connection.output.empty())
        answerRefusal(connection, {503, "the service is stopping"});
    drop(connection);
}

void Front::serve(Connection& connection) noexcept
{
    const ConnectionId id = connection.id;
    if (connection.channel->handshaking()) {
        connection.handshake();
        connection.returned = true;
        _mailbox->post(id);
        return;
    }
    connection.keepAlive = false; // unless the answer says otherwise
    _serve(connection);
    connection.makeWay();
    if (!connection.isIdle() || _state->stopping) {
        connection.returned = true;
        _mailbox->post(id);
        return;
    }
    connection.intake.release();
    _mailbox->rest(id, connection.deadline, [this, &connection] {
        connection.rested =
            _poller.change(connection.channel->descriptor(), EPOLLIN | EPOLLONESHOT, connection.id);
        connection.returned = true;
    });
}

bool Front::another(Connection& connection)
{
    using Stage = RequestIntake::Stage;
    connection.makeWay();
    const bool free = connection.keepAlive && !connection.broken && !connection.parked &&
                      connection.intake.stage() == Stage::empty;
    if (!free || connection.reserved || _state->stopping || _workers.busy(Workers::Lane::ordinary))
        return false;
    if (!connection.hasMore()) {
        pollfd entry{connection.channel->descriptor(), POLLIN, 0};
        if (::poll(&entry, 1, static_cast<int>(workerLingers.count())) <= 0)
            return false;
    }
    connection.receive();
    if (connection.intake.stage() != Stage::ready)
        return false;
    connection.keepAlive = false;
    return true;
}

} // namespace waymark::httpapi

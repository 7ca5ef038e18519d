#pragma once

#include <waymark/base/Timers.h>
#include <waymark/net/UdpTransport.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace waymark::testkit
{

/// What stands between a host in a test and the world: open, closed as SIGSTOP would (who comes to it waits,
/// and goes on later), or cut as SIGKILL would (nothing passes any more, in either direction). Any thread.
class Gate
{
public:
    void close();
    void open();
    /// For good.
    void cut();

    /// Waits while the gate is closed. False when it is cut.
    bool pass() const;
    bool isCut() const;
    /// Keeps `action` for the thread that opens the gate when it is closed now, and drops it when it is cut;
    /// false, and nothing is kept, when it is open. Never waits, so that locks may be held.
    bool hold(std::function<void()> action) const;

private:
    enum class State : std::uint8_t
    {
        open,
        closed,
        cut
    };

    void enter(State state);

    mutable std::mutex _mutex;
    mutable std::condition_variable _changed;
    mutable std::vector<std::function<void()>> _held;
    State _state = State::open;
};

/// Timers behind a gate: while it is closed the thread that serves them waits, once it is cut they run no
/// more.
class GatedTimers final : public Timers
{
public:
    GatedTimers(Timers& timers, const Gate& gate) : _timers(timers), _gate(gate) {}

    Subscription after(Duration delay, std::function<void()> function) override;
    Subscription every(Duration interval, std::function<void()> function) override;

private:
    std::function<void()> behindGate(std::function<void()> function) const;

    Timers& _timers;
    const Gate& _gate;
};

/// UDP behind a gate. While it is closed the workers that receive wait, so that datagrams pile up in the
/// socket's buffer as they do before a stopped process, and what is sent leaves when it opens: who sends may
/// hold locks, and waits for nothing. Once it is cut datagrams vanish.
class GatedSockets final : public net::UdpSockets
{
public:
    GatedSockets(net::UdpSockets& sockets, const Gate& gate) : _sockets(sockets), _gate(gate) {}

    Result<std::shared_ptr<net::UdpTransport>> open(const net::UdpOptions& options) override;
    Result<std::unique_ptr<net::UdpClient>> connect(const node::Endpoint& remote) override;

private:
    net::UdpSockets& _sockets;
    const Gate& _gate;
};

} // namespace waymark::testkit

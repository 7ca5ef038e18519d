#pragma once

#include "server/Acceptor.h"
#include "server/ConnectionTable.h"
#include "server/Mailbox.h"
#include "server/Poller.h"
#include "server/ServerState.h"
#include "server/Workers.h"

#include <waymark/http/RouteTable.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

/// Owns all connections of one server and waits for all of them on one thread: for their first byte, for the
/// rest of a request, for an answer that comes later, for the next part of a stream, for a client to take
/// its answer. A worker only has a connection while it makes an answer, so that no client holds a thread.
class Front
{
public:
    /// Serves the request of a connection, on a worker. Lets nothing out.
    using Serve = std::function<void(Connection&)>;
    struct Settings
    {
        std::size_t threads = 0;
        bool handshakes = false; ///< connections begin with one
        std::string name;        ///< of the threads
    };

    /// With one or two acceptors. Throws std::system_error, as start().
    Front(const Settings& settings, std::vector<Acceptor> acceptors, const http::RouteTable& routes,
          std::shared_ptr<ServerState> state, std::shared_ptr<Mailbox> mailbox, Serve serve);
    Front(const Front&) = delete;
    Front& operator=(const Front&) = delete;
    ~Front();

    /// Accepts until the state's `stopping` is set. Once.
    void start();
    /// For workers: the next request of a connection whose answer was given, when it is there at once or
    /// almost, and nobody has to wait meanwhile.
    bool another(Connection& connection);

    /// The state's `stopping` or `aborting` was set: closes what need not, or must not be waited for.
    void stopping() noexcept { _mailbox->post(0); }
    /// Requests that wait for a thread.
    std::size_t queued() const { return _workers.queued(); }

private:
    using Places = ConnectionTable::Places;

    void run();
    void wait();
    void readMail();
    void lookAtAll();
    void beginStop();
    void abortAll();
    void abortOne(Connection& connection);
    void expire();
    void relieveMemory();
    void accept(const Acceptor& acceptor);
    void listen(std::uint32_t events) noexcept;
    void admit(Acceptor::Accepted accepted);
    void begin(Connection& connection);
    void turnAway(Connection& connection);
    bool makeRoom();
    void pauseAccepting(int error) noexcept;

    void handle(std::uint64_t name, std::uint32_t events);
    void guarded(Connection& connection, void (Front::*step)(Connection&));
    void settle(Connection& connection);
    void settleHandshake(Connection& connection);
    void settleStream(Connection& connection);
    void settleRequest(Connection& connection);
    void settleClosing(Connection& connection);
    void expireOne(Connection& connection);
    void takeBack(Connection& connection);

    void dispatch(Connection& connection);
    bool isReserved(const Connection& connection) const;
    void refuse(Connection& connection, const Refusal& refusal);
    void answerRefusal(Connection& connection, const Refusal& refusal);
    void finish(Connection& connection);
    void await(Connection& connection, Phase phase, std::uint32_t events);
    void drop(Connection& connection, std::string_view reason = {}) noexcept;
    void schedule(Connection& connection, std::optional<MonotonicTime> when);
    void watchMemory(Connection& connection);

    // On workers:
    void serve(Connection& connection) noexcept;

    const http::RouteTable& _routes;
    std::shared_ptr<ServerState> _state;
    Serve _serve;
    std::shared_ptr<Mailbox> _mailbox;
    Poller _poller;
    const std::vector<Acceptor> _acceptors;
    std::string _name;
    ConnectionTable _connections;
    Places _heavy; ///< that hold much memory; those that have it longest stand first
    std::set<std::pair<MonotonicTime, ConnectionId>> _timers;
    std::vector<ConnectionId> _posted;
    ConnectionId _lastId;
    std::optional<MonotonicTime> _acceptAgain;
    bool _stopping = false;
    Workers _workers;
    std::thread _thread;
};

} // namespace waymark::httpapi

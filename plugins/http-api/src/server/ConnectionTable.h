#pragma once

#include "server/Connection.h"
#include "server/ServerState.h"

#include <waymark/node/Endpoint.h>

#include <array>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <unordered_map>

namespace waymark::httpapi
{

/// What counts as one address: of IPv6 a /64, since every host has as many addresses as it likes.
node::IpAddress sharedAddress(const node::IpAddress& address);

/// The connections of one front: by name, by what they wait for, by whom they come from. One thread.
class ConnectionTable
{
public:
    using Places = std::list<Connection*>;

    /// Tells `state` how many there are in each phase.
    explicit ConnectionTable(ServerState& state) noexcept : _state(state) {}
    ConnectionTable(const ConnectionTable&) = delete;
    ConnectionTable& operator=(const ConnectionTable&) = delete;

    /// Begins idle. Throws std::bad_alloc, and then nothing has changed.
    Connection& add(std::unique_ptr<Connection> connection);
    /// Ends the connection.
    void remove(Connection& connection) noexcept;
    /// Puts it behind all others of that phase, unless it is in it.
    void enter(Connection& connection, Phase phase) noexcept;

    Connection* find(ConnectionId id) const noexcept;
    std::size_t size() const noexcept { return _connections.size(); }
    bool empty() const noexcept { return _connections.empty(); }
    /// How many come from where this one does.
    std::size_t fromAddressOf(const Connection& connection) const noexcept;
    /// Those that entered first stand first.
    Places& in(Phase phase) noexcept { return _phases[static_cast<std::size_t>(phase)]; }
    std::array<Places, phaseCount>& phases() noexcept { return _phases; }

private:
    ServerState& _state;
    std::unordered_map<ConnectionId, std::unique_ptr<Connection>> _connections;
    std::map<node::IpAddress, std::size_t> _perAddress;
    std::array<Places, phaseCount> _phases;
};

} // namespace waymark::httpapi

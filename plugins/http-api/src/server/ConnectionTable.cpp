#include "server/ConnectionTable.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace waymark::httpapi
{

node::IpAddress sharedAddress(const node::IpAddress& address)
{
    constexpr std::size_t network = 8; // of 16 bytes
    if (address.isV4())
        return address;
    FixedBytes<16> bytes{};
    std::copy_n(address.bytes().data(), network, bytes.data());
    return node::IpAddress::fromBytes(bytes).value_or(address);
}

Connection& ConnectionTable::add(std::unique_ptr<Connection> connection)
{
    Connection& added = *connection;
    Places place{&added};
    auto& slot = _connections[added.id];
    try {
        added.address = sharedAddress(added.remote.ip);
        ++_perAddress[added.address];
    } catch (const std::exception&) {
        _connections.erase(added.id);
        throw;
    }
    slot = std::move(connection);
    added.place = place.begin();
    in(added.phase).splice(in(added.phase).end(), place);
    ++_state.phases[static_cast<std::size_t>(added.phase)];
    return added;
}

void ConnectionTable::remove(Connection& connection) noexcept
{
    in(connection.phase).erase(connection.place);
    --_state.phases[static_cast<std::size_t>(connection.phase)];
    const auto counted = _perAddress.find(connection.address);
    if (counted != _perAddress.end() && --counted->second == 0)
        _perAddress.erase(counted);
    _connections.erase(connection.id);
}

void ConnectionTable::enter(Connection& connection, Phase phase) noexcept
{
    if (connection.phase == phase)
        return;
    in(phase).splice(in(phase).end(), in(connection.phase), connection.place);
    --_state.phases[static_cast<std::size_t>(connection.phase)];
    ++_state.phases[static_cast<std::size_t>(phase)];
    connection.phase = phase;
}

Connection* ConnectionTable::find(ConnectionId id) const noexcept
{
    const auto found = _connections.find(id);
    return found == _connections.end() ? nullptr : found->second.get();
}

std::size_t ConnectionTable::fromAddressOf(const Connection& connection) const noexcept
{
    const auto counted = _perAddress.find(connection.address);
    return counted == _perAddress.end() ? 0 : counted->second;
}

} // namespace waymark::httpapi

#include "net/SystemUdpSockets.h"

#include "net/SystemUdpClient.h"

#include <algorithm>

namespace waymark::net
{

Result<std::shared_ptr<UdpTransport>> SystemUdpSockets::open(const UdpOptions& options)
{
    const std::lock_guard lock(_mutex);
    std::erase_if(_transports, [](const auto& entry) { return entry.second.expired(); });
    const auto known = _transports.find(options.listen);
    if (known != _transports.end()) {
        if (auto shared = known->second.lock()) {
            const UdpOptions& present = shared->options();
            if (present.workers != options.workers || present.receiveBuffer != options.receiveBuffer)
                return failure(
                    ErrorCode::invalidArgument,
                    "UDP " + options.listen.toString() +
                        " is shared by two plugins that ask for other numbers of workers or buffers");
            return shared;
        }
    }
    auto opened = SystemUdpTransport::open(options, _metrics, _log);
    if (!opened)
        return failure(opened.error());
    _transports.insert_or_assign((*opened)->bound(), *opened);
    return *opened;
}

Result<std::unique_ptr<UdpClient>> SystemUdpSockets::connect(const node::Endpoint& remote)
{
    auto client = SystemUdpClient::open(remote);
    if (!client)
        return failure(std::move(client.error()));
    return *std::move(client);
}

Duration SystemUdpSockets::silence() const
{
    const std::lock_guard lock(_mutex);
    Duration longest{0};
    for (const auto& [endpoint, transport] : _transports)
        if (const auto alive = transport.lock())
            longest = std::max(longest, alive->silence());
    return longest;
}

} // namespace waymark::net

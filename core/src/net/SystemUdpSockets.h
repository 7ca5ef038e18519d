#pragma once

#include "net/SystemUdpTransport.h"

#include <map>
#include <mutex>

namespace waymark::net
{

/// The UDP sockets of one host, shared by the protocols that ask for the same endpoint.
class SystemUdpSockets final : public UdpSockets
{
public:
    /// `metrics` outlives the transports.
    explicit SystemUdpSockets(observe::MetricRegistry& metrics, observe::Log log = {})
        : _metrics(metrics), _log(std::move(log))
    {
    }

    Result<std::shared_ptr<UdpTransport>> open(const UdpOptions& options) override;
    Result<std::unique_ptr<UdpClient>> connect(const node::Endpoint& remote) override;

    /// How long the most silent worker of all transports has been so.
    Duration silence() const;

private:
    observe::MetricRegistry& _metrics;
    observe::Log _log;
    mutable std::mutex _mutex;
    std::map<node::Endpoint, std::weak_ptr<SystemUdpTransport>> _transports; ///< by what was bound
};

} // namespace waymark::net

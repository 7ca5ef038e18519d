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
    explicit SystemUdpSockets(observe::MetricRegistry& metrics) : _metrics(metrics) {}

    Result<std::shared_ptr<UdpTransport>> open(const UdpOptions& options) override;

    /// How long the most silent worker of all transports has been so.
    Duration silence() const;

private:
    observe::MetricRegistry& _metrics;
    mutable std::mutex _mutex;
    std::map<node::Endpoint, std::weak_ptr<SystemUdpTransport>> _transports; ///< by what was bound
};

} // namespace waymark::net

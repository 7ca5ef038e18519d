#pragma once

#include "net/UdpSocket.h"

#include <waymark/base/Worker.h>
#include <waymark/observe/Log.h>
#include <waymark/observe/Metrics.h>

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

namespace waymark::net
{

/// One bound endpoint: a socket and a thread for each worker, on one port. Stops and closes when it is
/// destroyed.
class SystemUdpTransport final : public UdpTransport
{
public:
    static Result<std::shared_ptr<SystemUdpTransport>>
    open(const UdpOptions& options, observe::MetricRegistry& metrics, const observe::Log& log = {});
    ~SystemUdpTransport() override;

    Subscription attach(DatagramConsumer& consumer, int order) override;
    void start() override;
    Result<void> send(const Datagram& datagram) override;
    node::Endpoint bound() const override { return _sockets.front().bound(); }

    const UdpOptions& options() const noexcept { return _options; }
    /// How long the most silent worker has been so; zero before start().
    Duration silence() const;

private:
    struct Slot;
    struct Consumers;
    struct Desk;
    class Holding;

    struct Counters
    {
        observe::Counter received;
        observe::Counter sent;
        observe::Counter unclaimed;
        observe::Counter oversized;
        observe::Counter refused;
        std::vector<observe::Counter> lostByKernel; ///< of each socket
    };

    SystemUdpTransport(UdpOptions options, std::vector<UdpSocket> sockets, int wakeUp,
                       observe::MetricRegistry& metrics);
    void work(unsigned index, const std::stop_token& stopping, Worker& self) const;
    void handleBatch(Desk& desk, bool& more) const;
    void countKernelDrops(Desk& desk) const noexcept;

    UdpOptions _options;
    std::vector<UdpSocket> _sockets;
    int _wakeUp; ///< an eventfd: readable once the workers shall end
    Counters _counters;
    std::shared_ptr<Consumers> _consumers;
    mutable std::mutex _mutex;
    std::vector<std::unique_ptr<Worker>> _workers;
};

} // namespace waymark::net

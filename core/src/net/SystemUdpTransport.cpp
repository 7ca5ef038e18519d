#include "net/SystemUdpTransport.h"

#include "net/Outbox.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <functional>
#include <new>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace waymark::net
{

namespace
{

/// How often a worker without traffic shows that it is alive.
constexpr int pollMilliseconds = 1000;
/// A worker that is busy asks after so many wake-ups how many datagrams the system dropped: that is a call.
constexpr unsigned wakeUpsPerCount = 16;
/// Before a worker without memory tries again.
constexpr int pauseMilliseconds = 10;

/// More than net.core.rmem_max is cut down by the system, without an error.
void warnOfSmallBuffer(const UdpOptions& options, const UdpSocket& socket, const observe::Log& log)
{
    const std::size_t granted = socket.receiveBuffer();
    if (granted >= std::min(options.receiveBuffer, UdpSocket::largestReceiveBuffer))
        return;
    log.warning(
        "udp.receive_buffer_cut",
        {{"listen", socket.bound().toString()}, {"asked", options.receiveBuffer}, {"granted", granted}},
        "The system gives the socket a smaller receive buffer; raise net.core.rmem_max (sysctl) to what "
        "is asked for, or ask for less.");
}

} // namespace

struct SystemUdpTransport::Slot
{
    DatagramConsumer* consumer;
    int order;
    std::shared_mutex mutex; ///< shared while a batch is handled
    /// Looked at before the lock is taken: the lock prefers readers, so that a flood over several workers
    /// would keep whoever detaches waiting.
    std::atomic<bool> active{true};
};

struct SystemUdpTransport::Consumers
{
    using List = std::vector<std::shared_ptr<Slot>>;

    mutable std::shared_mutex mutex;
    List slots; ///< in the order in which they are asked

    /// Into a list that is used again and again, so that there is room in it.
    void copyTo(List& list) const
    {
        const std::shared_lock lock(mutex);
        list = slots;
    }
};

/// What one worker works with.
struct SystemUdpTransport::Desk
{
    unsigned worker;
    const UdpSocket& socket;
    ReceiveBatch batch{};
    Outbox outbox{};
    Consumers::List consumers{};                                ///< during a batch
    std::vector<std::shared_lock<std::shared_mutex>> running{}; ///< theirs
    std::uint32_t kernelDrops = 0;                              ///< as far as they are counted
};

Result<std::shared_ptr<SystemUdpTransport>>
SystemUdpTransport::open(const UdpOptions& options, observe::MetricRegistry& metrics, const observe::Log& log)
{
    if (options.workers == 0)
        return failure(ErrorCode::invalidArgument, "a UDP socket needs at least one worker");
    std::vector<UdpSocket> sockets;
    for (unsigned i = 0; i < options.workers; ++i) {
        const bool first = sockets.empty();
        auto socket = UdpSocket::open(first ? options.listen : sockets.front().bound(), options.receiveBuffer,
                                      first ? UdpSocket::Sharing::first : UdpSocket::Sharing::sibling);
        if (!socket)
            return failure(socket.error());
        sockets.push_back(std::move(*socket));
    }
    warnOfSmallBuffer(options, sockets.front(), log);
    const int wakeUp = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wakeUp < 0)
        return failure(ErrorCode::io, "eventfd: " + std::generic_category().message(errno));
    return std::shared_ptr<SystemUdpTransport>(
        new SystemUdpTransport(options, std::move(sockets), wakeUp, metrics));
}

SystemUdpTransport::SystemUdpTransport(UdpOptions options, std::vector<UdpSocket> sockets, int wakeUp,
                                       observe::MetricRegistry& metrics)
    : _options(std::move(options)),
      _sockets(std::move(sockets)),
      _wakeUp(wakeUp),
      _consumers(std::make_shared<Consumers>())
{
    const std::string listen = bound().toString();
    const auto dropped = [&](const char* reason) {
        return metrics.counter("waymark_udp_datagrams_dropped_total",
                               "UDP datagrams that went nowhere, by reason",
                               {{"listen", listen}, {"reason", reason}});
    };
    _counters.received = metrics.counter("waymark_udp_datagrams_received_total", "UDP datagrams received",
                                         {{"listen", listen}});
    _counters.sent =
        metrics.counter("waymark_udp_datagrams_sent_total", "UDP datagrams sent", {{"listen", listen}});
    _counters.unclaimed = dropped("unclaimed");
    _counters.oversized = dropped("oversized");
    _counters.refused = dropped("not-sent");
    for (std::size_t i = 0; i < _sockets.size(); ++i)
        _counters.lostByKernel.push_back(
            metrics.counter("waymark_udp_kernel_drops_total",
                            "UDP datagrams that the system dropped because a socket's buffer was full",
                            {{"listen", listen}, {"worker", std::to_string(i + 1)}}));
}

SystemUdpTransport::~SystemUdpTransport()
{
    for (const auto& worker : _workers)
        worker->requestStop();
    ::eventfd_write(_wakeUp, 1);
    _workers.clear(); // joins
    ::close(_wakeUp);
}

Subscription SystemUdpTransport::attach(DatagramConsumer& consumer, int order)
{
    auto slot = std::make_shared<Slot>();
    slot->consumer = &consumer;
    slot->order = order;
    {
        const std::lock_guard lock(_consumers->mutex);
        auto& slots = _consumers->slots;
        slots.insert(
            std::ranges::upper_bound(slots, order, {}, [](const auto& other) { return other->order; }), slot);
    }
    return Subscription([consumers = std::weak_ptr<Consumers>(_consumers), slot] {
        slot->active = false;
        {
            const std::lock_guard running(slot->mutex); // until the last consume() has returned
        }
        if (const auto owner = consumers.lock()) {
            const std::lock_guard lock(owner->mutex);
            std::erase(owner->slots, slot);
        }
    });
}

void SystemUdpTransport::start()
{
    const std::lock_guard lock(_mutex);
    if (!_workers.empty())
        return;
    for (std::size_t i = 0; i < _sockets.size(); ++i) {
        _workers.push_back(std::make_unique<Worker>());
        _workers.back()->start("udp" + std::to_string(bound().port) + '-' + std::to_string(i + 1),
                               [this, i](const std::stop_token& stopping, Worker& self) {
                                   work(static_cast<unsigned>(i), stopping, self);
                               });
    }
}

void SystemUdpTransport::work(unsigned index, const std::stop_token& stopping, Worker& self) const
{
    Desk desk{index, _sockets[index]};
    for (unsigned wakeUps = 0; !stopping.stop_requested(); ++wakeUps) {
        self.beat();
        std::array<pollfd, 2> watched{{{desk.socket.descriptor(), POLLIN, 0}, {_wakeUp, POLLIN, 0}}};
        const int ready = ::poll(watched.data(), watched.size(), pollMilliseconds);
        if (ready <= 0 || wakeUps % wakeUpsPerCount == 0)
            countKernelDrops(desk);
        if (ready <= 0)
            continue;
        try {
            if (watched[0].revents == 0)
                continue;
            bool more = false;
            do {
                handleBatch(desk, more);
                self.beat();
            } while (more && !stopping.stop_requested());
        } catch (const std::bad_alloc&) {
            ::poll(nullptr, 0, pauseMilliseconds); // packets wait in the socket's buffer
        }
    }
}

void SystemUdpTransport::countKernelDrops(Desk& desk) const noexcept
{
    const std::uint32_t drops = desk.socket.kernelDrops();
    // The kernel's counter wraps around.
    if (const std::uint32_t more = drops - desk.kernelDrops; more > 0)
        _counters.lostByKernel[desk.worker].increment(more);
    desk.kernelDrops = drops;
}

/// Keeps consumers from being detached while a batch is handled.
class SystemUdpTransport::Holding
{
public:
    Holding(Desk& desk, const Consumers& consumers) : _desk(desk)
    {
        consumers.copyTo(desk.consumers);
        desk.running.reserve(desk.consumers.size());
        for (const auto& slot : desk.consumers)
            if (slot->active)
                desk.running.emplace_back(slot->mutex);
    }
    ~Holding()
    {
        _desk.running.clear();
        _desk.consumers.clear();
    }
    Holding(const Holding&) = delete;
    Holding& operator=(const Holding&) = delete;

private:
    Desk& _desk;
};

void SystemUdpTransport::handleBatch(Desk& desk, bool& more) const
{
    std::size_t unclaimed = 0;
    const auto handle = [&](Datagram& datagram) {
        datagram.worker = desk.worker;
        datagram.isCrowded = more; // the batch before was full
        // Whoever was not active was not locked either; whoever is not any more is waited for.
        const bool claimed = std::ranges::any_of(desk.consumers, [&](const auto& slot) {
            return slot->active && slot->consumer->consume(datagram, desk.outbox);
        });
        unclaimed += claimed ? 0 : 1;
    };
    ReceiveBatch::Received received;
    {
        const Holding holding(desk, *_consumers);
        // By reference: a function that holds so much would take memory.
        received = desk.batch.receive(desk.socket, std::ref(handle));
    }
    more = received.datagrams == batchSize;
    const auto [queued, sent] = desk.outbox.flush(desk.socket);
    if (more)
        countKernelDrops(desk);
    _counters.received.increment(static_cast<double>(received.datagrams));
    if (received.oversized > 0)
        _counters.oversized.increment(static_cast<double>(received.oversized));
    if (unclaimed > 0)
        _counters.unclaimed.increment(static_cast<double>(unclaimed));
    if (sent > 0)
        _counters.sent.increment(static_cast<double>(sent));
    if (queued > sent)
        _counters.refused.increment(static_cast<double>(queued - sent));
}

Result<void> SystemUdpTransport::send(const Datagram& datagram)
{
    auto sent = _sockets.front().send(datagram);
    (sent ? _counters.sent : _counters.refused).increment();
    return sent;
}

Duration SystemUdpTransport::silence() const
{
    const std::lock_guard lock(_mutex);
    Duration longest{0};
    for (const auto& worker : _workers)
        longest = std::max(longest, worker->sinceBeat());
    return longest;
}

} // namespace waymark::net

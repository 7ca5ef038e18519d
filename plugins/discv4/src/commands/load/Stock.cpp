#include "commands/load/Stock.h"

#include <algorithm>
#include <chrono>
#include <sys/resource.h>
#include <unistd.h>

namespace waymark::discv4::load
{

namespace
{

/// How long a signer that has nothing to do sleeps at most: it is to say that it is alive.
constexpr auto nap = std::chrono::seconds(1);
/// Signers yield to the thread that sends, and to a node on the same machine.
constexpr int nice = 10;

} // namespace

Stock::Stock(const std::vector<std::unique_ptr<Identity>>& identities, const node::Endpoint& target,
             const Mix& mix, std::size_t depth, std::uint64_t expiration)
    : _identities(identities),
      _target(target),
      _mix(mix),
      _depth((depth + 2) / 2 * 2),
      _expiration(expiration),
      _shelves(identities.size())
{
}

Stock::~Stock()
{
    for (Worker& thread : _threads)
        thread.requestStop();
    for (Worker& thread : _threads)
        thread.stop();
}

std::size_t Stock::capacity() const noexcept
{
    return _identities.size() * _depth *
           ((isWanted(Kind::ping) ? 1U : 0U) + (isWanted(Kind::findNode) ? 1U : 0U));
}

/// No two are the same: a FINDNODE by its target, a PING by the TCP port and expiration that it tells.
Stock::Packet Stock::make(std::size_t identity, Kind kind)
{
    const Identity& who = *_identities[identity];
    const std::uint64_t number = _made.fetch_add(1, std::memory_order_relaxed);
    constexpr std::uint64_t ports = 65'535;
    const auto packetOf = [](const wire::Encoder::Packet& packet) {
        return Packet{{packet.bytes.begin(), packet.bytes.end()}, packet.hash};
    };
    if (kind == Kind::findNode) {
        FixedBytes<node::PublicKey::size> target{};
        _random.fill(target);
        return packetOf(who.encoder().encode(wire::FindNode{node::PublicKey(target), _expiration}));
    }
    const node::Endpoint& from = who.endpoint();
    return packetOf(
        who.encoder().encode(wire::Ping{{from.ip, from.port, static_cast<std::uint16_t>(1 + number % ports)},
                                        {_target.ip, _target.port, 0},
                                        _expiration + number / ports,
                                        {}}));
}

std::size_t Stock::topUp(std::size_t identity, Kind kind)
{
    Shelf& shelf = _shelves[identity];
    auto& packets = shelf.packets[static_cast<std::size_t>(kind)];
    const auto isFull = [&] {
        const std::lock_guard lock(shelf.mutex);
        return packets.size() >= _depth;
    };
    std::size_t made = 0;
    // A few at a time, so that nobody starves while another is filled.
    constexpr std::size_t turn = 16;
    while (made < turn && isWanted(kind) && !isFull()) {
        Packet packet = make(identity, kind);
        const std::lock_guard lock(shelf.mutex);
        packets.push_back(std::move(packet));
        ++made;
    }
    return made;
}

void Stock::fill(const std::function<bool(std::size_t)>& proceed)
{
    std::size_t total = 0;
    for (std::size_t before = 1; before > 0;) {
        before = 0;
        for (std::size_t i = 0; i < _identities.size(); ++i) {
            before += topUp(i, Kind::ping) + topUp(i, Kind::findNode);
            if (!proceed(total + before))
                return;
        }
        total += before;
    }
}

void Stock::keepFull(unsigned threads)
{
    for (unsigned i = 0; i < threads; ++i)
        _threads.emplace_back().start("load-signer",
                                      [this, i, threads](const std::stop_token& stopping, Worker& worker) {
                                          run(stopping, worker, i, threads);
                                      });
}

void Stock::run(const std::stop_token& stopping, Worker& worker, unsigned first, unsigned step)
{
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice);
    while (!stopping.stop_requested()) {
        worker.beat();
        const std::uint64_t calls = _calls;
        std::size_t made = 0;
        for (std::size_t i = first; i < _identities.size() && !stopping.stop_requested(); i += step)
            made += topUp(i, Kind::ping) + topUp(i, Kind::findNode);
        if (made > 0)
            continue;
        std::unique_lock lock(_mutex);
        _called.wait_for(lock, stopping, nap, [&] { return _calls != calls; });
    }
}

Stock::Packet Stock::take(std::size_t identity, Kind kind)
{
    Shelf& shelf = _shelves[identity];
    auto& packets = shelf.packets[static_cast<std::size_t>(kind)];
    {
        const std::lock_guard lock(shelf.mutex);
        if (packets.size() * 2 == _depth || packets.empty()) {
            ++_calls;
            _called.notify_all();
        }
        if (!packets.empty()) {
            Packet packet = std::move(packets.front());
            packets.pop_front();
            return packet;
        }
    }
    ++_late;
    return make(identity, kind);
}

} // namespace waymark::discv4::load

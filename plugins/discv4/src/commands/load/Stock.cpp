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

Stock::Stock(const Askers& askers, const node::Endpoint& target, const Mix& mix, std::size_t depth,
             std::uint64_t expiration)
    : _askers(askers),
      _target(target),
      _mix(mix),
      _depth((depth + 2) / 2 * 2),
      _expiration(expiration),
      _shelves(askers.size())
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
    return _askers.size() * _depth *
           static_cast<std::size_t>(
               std::ranges::count_if(everyKind, [this](Kind kind) { return isWanted(kind); }));
}

/// No two are the same: a FINDNODE by its target or its expiration, a PING by the TCP port and expiration
/// that it tells.
Stock::Packet Stock::make(std::size_t identity, Kind kind)
{
    const wire::Encoder& encoder = _askers.encoder(identity);
    const std::uint64_t number = _made.fetch_add(1, std::memory_order_relaxed);
    constexpr std::uint64_t ports = 65'535;
    const auto packetOf = [](const wire::Encoder::Packet& packet) {
        return Packet{{packet.bytes.begin(), packet.bytes.end()}, packet.hash};
    };
    if (kind == Kind::enrRequest)
        return packetOf(encoder.encode(wire::EnrRequest{_expiration + number}));
    if (kind == Kind::findNode && !_targets.empty())
        return packetOf(encoder.encode(
            wire::FindNode{_targets[number % _targets.size()], _expiration + number / _targets.size()}));
    if (kind == Kind::findNode) {
        FixedBytes<node::PublicKey::size> target{};
        _random.fill(target);
        return packetOf(encoder.encode(wire::FindNode{node::PublicKey(target), _expiration}));
    }
    const node::Endpoint& from = _askers.endpoint(identity);
    return packetOf(
        encoder.encode(wire::Ping{{from.ip, from.port, static_cast<std::uint16_t>(1 + number % ports)},
                                  {_target.ip, _target.port, 0},
                                  _expiration + number / ports,
                                  {}}));
}

std::size_t Stock::topUp(std::size_t identity)
{
    std::size_t made = 0;
    for (const Kind kind : everyKind)
        made += topUp(identity, kind);
    return made;
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
        for (std::size_t i = 0; i < _askers.size(); ++i) {
            before += topUp(i);
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
        for (std::size_t i = first; i < _askers.size() && !stopping.stop_requested(); i += step)
            made += topUp(i);
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

void Stock::putBack(std::size_t identity, Kind kind, Packet packet)
{
    Shelf& shelf = _shelves[identity];
    const std::lock_guard lock(shelf.mutex);
    shelf.packets[static_cast<std::size_t>(kind)].push_back(std::move(packet));
}

} // namespace waymark::discv4::load

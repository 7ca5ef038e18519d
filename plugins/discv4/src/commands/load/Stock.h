#pragma once

#include "commands/load/Askers.h"
#include "commands/load/Kind.h"
#include "commands/load/Schedule.h"

#include <waymark/base/Random.h>
#include <waymark/base/Worker.h>
#include <waymark/node/Keccak.h>
#include <waymark/node/Key.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace waymark::discv4::load
{

/// Packets that are signed before they are needed: a signature takes longer than all else that sending a
/// packet takes. Some are signed ahead, then threads keep up with what is taken.
class Stock
{
public:
    struct Packet
    {
        Bytes bytes;
        node::Hash256 hash{};
    };

    /// `expiration` is in time for as long as the load lasts. `depth` packets of each kind that the mix has
    /// are kept for each identity. All outlive it.
    Stock(const Askers& askers, const node::Endpoint& target, const Mix& mix, std::size_t depth,
          std::uint64_t expiration);
    ~Stock();
    Stock(const Stock&) = delete;
    Stock& operator=(const Stock&) = delete;

    /// What FINDNODEs ask for, in turn; without any, each has a target of its own. Before fill().
    void setTargets(std::vector<node::PublicKey> targets) { _targets = std::move(targets); }

    /// Fills it; `proceed` is told how many there are, and ends it by false.
    void fill(const std::function<bool(std::size_t signedSoFar)>& proceed);
    std::size_t capacity() const noexcept;
    /// Starts so many threads that fill it up when a part of it is half empty.
    void keepFull(unsigned threads);

    /// One thread.
    Packet take(std::size_t identity, Kind kind);
    /// To be sent again when all others of this identity were: for loads without keepFull() that are longer
    /// than the stock. The thread of take().
    void putBack(std::size_t identity, Kind kind, Packet packet);
    /// How many take() had to sign itself because there was none.
    std::uint64_t signedLate() const noexcept { return _late; }

private:
    struct Shelf
    {
        std::mutex mutex;
        std::array<std::deque<Packet>, kindCount> packets;
    };

    bool isWanted(Kind kind) const noexcept { return _mix.of(kind) > 0; }
    Packet make(std::size_t identity, Kind kind);
    std::size_t topUp(std::size_t identity);
    std::size_t topUp(std::size_t identity, Kind kind);
    void run(const std::stop_token& stopping, Worker& worker, unsigned first, unsigned step);

    const Askers& _askers;
    node::Endpoint _target;
    Mix _mix;
    std::size_t _depth;
    std::uint64_t _expiration;
    std::vector<node::PublicKey> _targets;
    SystemRandom _random;
    std::atomic<std::uint64_t> _made{0};
    std::uint64_t _late = 0;
    std::deque<Shelf> _shelves;
    std::mutex _mutex;
    std::condition_variable_any _called;
    std::atomic<std::uint64_t> _calls{0}; ///< for more packets: a shelf is half empty
    std::deque<Worker> _threads;
};

} // namespace waymark::discv4::load

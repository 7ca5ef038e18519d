#pragma once

#include "commands/load/Askers.h"
#include "commands/load/Bonding.h"
#include "commands/load/Ledger.h"
#include "commands/load/OpenLoop.h"
#include "commands/load/Schedule.h"
#include "commands/load/Stock.h"

#include <waymark/base/Clock.h>
#include <waymark/node/Endpoint.h>
#include <waymark/toolkit/Interruption.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace waymark::discv4::load
{

struct Plan
{
    node::Endpoint target;
    node::PublicKey key;        ///< the target's
    std::uint64_t rate = 0;     ///< requests a second, in an open loop; 0: a closed one
    std::uint64_t inFlight = 0; ///< in a closed loop
    Duration duration{};
    Duration timeout{};
    Mix mix;
    Duration bondingPace = std::chrono::milliseconds(2); ///< between two identities; ordinary limits allow it

    wire::Neighbor node() const { return {key, {target.ip, target.port, target.port}}; }
};

/// What a run came to besides what the ledger has.
struct Outcome
{
    Duration took{};           ///< from the first request until the last left, or was to leave
    Histogram slip;            ///< how much later than intended requests left, in an open loop
    std::uint64_t notSent = 0; ///< that the system did not take
    std::uint64_t waited = 0;  ///< FINDNODEs for which no identity was free when they were due
    std::uint64_t unsent = 0;  ///< that were due and never left
    std::uint64_t pending = 0; ///< under way when it was interrupted
    std::uint64_t signedLate = 0;
    std::uint64_t strayPackets = 0; ///< that are none of this node's, or damaged
    std::size_t bonded = 0;         ///< identities whose endpoint proof holds
    bool interrupted = false;
};

/// Puts a node under load, with one thread that sends and receives, and others that sign.
class Generator
{
public:
    /// Told now and then: what is done, of how many, and perhaps a few words more.
    using Tell = std::function<void(const char* what, std::uint64_t done, std::uint64_t total,
                                    const std::string& note)>;

    /// `askers`, `clock` and `interruption` outlive it.
    Generator(const Plan& plan, Askers& askers, const Clock& clock, const toolkit::Interruption& interruption,
              Tell tell);

    /// Makes the endpoint proofs. `unavailable` when the node answers none of the askers.
    Result<void> prepare();
    /// Runs the load. After prepare().
    void run();

    /// What the next run() does with the same askers and proofs; the target stays. `stock`, if any, outlives
    /// it, was filled for the plan's mix, and is used again and again.
    void change(const Plan& plan, Stock* stock);

    const Ledger& ledger() const noexcept { return *_ledger; }
    const Outcome& outcome() const noexcept { return _outcome; }
    const Plan& plan() const noexcept { return _plan; }
    std::size_t identities() const noexcept { return _askers.size(); }

private:
    void bond();
    void sign();
    void tell(MonotonicTime now);
    void loop();
    bool sendOpen(MonotonicTime now);
    std::optional<Kind> nextOpen(MonotonicTime now) const;
    bool sendClosed();
    bool canSend(Kind kind) const { return kind != Kind::findNode || _ledger->hasIdle(); }
    void sendOne(Kind kind, MonotonicTime intended);
    void countWaiting(MonotonicTime now);
    void wait(MonotonicTime until);
    void waitUntil(MonotonicTime time);
    void handle(std::size_t identity, ByteView datagram);
    void answerPing(std::size_t identity, const node::Hash256& hash);
    std::optional<MonotonicTime> nextEvent(bool sends) const;

    Plan _plan;
    Askers& _askers;
    const Clock& _clock;
    const toolkit::Interruption& _interruption;
    Tell _tell;
    Askers::Receiver _receiver;
    std::unique_ptr<Bonding> _bonding;
    std::unique_ptr<Ledger> _ledger;
    std::unique_ptr<Stock> _ownStock;
    Stock* _stock = nullptr; ///< that packets are taken from
    bool _isReused = false;  ///< they are put back
    bool _isBonding = false;
    MonotonicTime _begun;
    MonotonicTime _end;
    MonotonicTime _nextTell;
    MonotonicTime _lastSent;
    std::optional<OpenLoop> _open;
    std::uint64_t _asked = 0; ///< in a closed loop
    std::size_t _nextPinger = 0;
    std::uint64_t _waited = 0; ///< the first so many FINDNODEs of an open loop left, or their waiting counts
    Outcome _outcome;
};

} // namespace waymark::discv4::load

#pragma once

#include "commands/load/Histogram.h"
#include "commands/load/Kind.h"

#include <waymark/base/Clock.h>
#include <waymark/node/Keccak.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace waymark::discv4::load
{

/// Who was asked what and when, and what came of it. Latencies count from when a request was to leave, not
/// from when it did: a node that stalls is charged with all that piled up meanwhile (no coordinated
/// omission).
///
/// A PONG names its PING, and an ENRResponse its request. NEIGHBORS do not name their FINDNODE, so an
/// identity has one under way at a time, and rests after the first datagram of an answer until no further one
/// can be taken for the next. Pure: time is passed in. One thread.
class Ledger
{
public:
    struct Counts
    {
        std::uint64_t sent = 0;
        std::uint64_t answered = 0;
        std::uint64_t lost = 0; ///< not answered in time
        Histogram latency;
    };

    Ledger(std::size_t identities, Duration timeout);

    /// A PING or an ENRRequest, whose answer has the hash.
    void sent(Kind kind, const node::Hash256& hash, MonotonicTime intended, MonotonicTime now);
    /// takeIdle() gave the identity.
    void findNodeSent(std::size_t identity, MonotonicTime intended, MonotonicTime now);

    /// Whether a request was waiting for it.
    bool named(const node::Hash256& requestHash, MonotonicTime now);
    bool neighbors(std::size_t identity, std::size_t nodes, MonotonicTime now);

    /// Gives up what is too old, and wakes who has rested; how many requests were given up.
    std::size_t expire(MonotonicTime now);
    /// When expire() has something to do next.
    std::optional<MonotonicTime> nextDue() const;

    /// An identity that may ask, in turn; nothing while all are busy.
    std::optional<std::size_t> takeIdle();
    bool hasIdle() const noexcept { return !_idle.empty(); }
    /// From now on it may ask.
    void admit(std::size_t identity) { _idle.push_back(identity); }

    /// Requests under way.
    std::size_t pending() const noexcept { return _named.size() + _asking; }
    const Counts& counts(Kind kind) const noexcept { return _counts[static_cast<std::size_t>(kind)]; }
    /// Answers to nothing that was still waited for.
    std::uint64_t late() const noexcept { return _late; }

private:
    struct HashOfHash
    {
        std::size_t operator()(const node::Hash256& hash) const noexcept
        {
            std::size_t value = 0;
            std::memcpy(&value, hash.data(), sizeof value);
            return value;
        }
    };
    enum class State : std::uint8_t
    {
        idle,
        asking,
        resting
    };
    struct Question
    {
        State state = State::idle;
        std::uint64_t number = 0; ///< grows with each, so that notes about an earlier one are known
        MonotonicTime intended;
        std::size_t nodes = 0;
    };
    struct Note
    {
        MonotonicTime due;
        std::size_t identity = 0;
        std::uint64_t number = 0;
    };
    struct Named
    {
        MonotonicTime intended;
        Kind kind = Kind::ping;
    };
    struct NamedNote
    {
        MonotonicTime due;
        node::Hash256 hash;
    };

    Counts& countsOf(Kind kind) noexcept { return _counts[static_cast<std::size_t>(kind)]; }
    void answered(Kind kind, Duration latency);
    void wake(std::size_t identity);

    Duration _timeout;
    std::array<Counts, kindCount> _counts;
    std::unordered_map<node::Hash256, Named, HashOfHash> _named;
    std::deque<NamedNote> _namedTimeouts;
    std::vector<Question> _questions; ///< by identity
    std::deque<Note> _questionTimeouts;
    std::deque<Note> _rests;     ///< after an answer
    std::deque<Note> _longRests; ///< after none: a late one must not be taken for the next
    std::deque<std::size_t> _idle;
    std::size_t _asking = 0;
    std::uint64_t _late = 0;
};

} // namespace waymark::discv4::load

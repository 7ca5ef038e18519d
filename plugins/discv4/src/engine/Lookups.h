#pragma once

#include "engine/KeyedHash.h"
#include "engine/Parameters.h"
#include "wire/Message.h"

#include <waymark/net/UdpTransport.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <span>
#include <vector>

namespace waymark::discv4::engine
{

/// A node that a lookup may ask.
struct LookupNode
{
    wire::Neighbor node;
    node::Hash256 id{};
    bool isBootnode = false;
};

/// What lookups need of the engine.
class LookupPorts
{
public:
    virtual ~LookupPorts() = default;
    /// The node's endpoint is proven, and it has our proof too: it may be asked.
    virtual bool isBonded(const LookupNode& node) = 0;
    /// Its endpoint is proven; whether it has our proof is not known.
    virtual bool isProven(const LookupNode& node) = 0;
    /// It proved its endpoint at that time or later.
    virtual bool hasProvenSince(const LookupNode& node, MonotonicTime since) = 0;
    virtual void bond(const LookupNode& node, net::DatagramSink& sink) = 0;
    /// False: it cannot be asked there.
    virtual bool ask(const LookupNode& node, const node::PublicKey& target, net::DatagramSink& sink) = 0;
    /// It was asked, and did not answer.
    virtual void unanswered(const LookupNode& node) = 0;
};

/// The iterative search for the nodes nearest to a target (discv4.md, "Recursive Lookup"): always asks the
/// nearest ones that were not asked yet, a few at a time, until enough of the nearest have answered. A
/// node without proof is pinged first.
///
/// Any thread; one short lock. Completions run without it. Without memory a lookup goes on with its next
/// step, or ends with nothing found.
class Lookups
{
public:
    using Completion = std::function<void(std::vector<LookupNode>)>;

    /// Further lookups end at once with nothing.
    static constexpr std::size_t maximum = 32;
    /// Of one lookup, besides those that it started with. Farther ones are forgotten.
    static constexpr std::size_t maximumTold = 256;
    /// A lookup that asked so often asks only those that it started with: liars know ever nearer nodes.
    static constexpr std::size_t maximumAsked = 256;
    /// Endpoints that are tried of one node, besides the first: the first who tells of it may lie.
    static constexpr std::size_t maximumOthers = 8;

    /// How far a lookup goes.
    struct Extent
    {
        std::size_t answers; ///< it ends when so many of the nearest have answered
        std::size_t atOnce;  ///< nodes that it asks at the same time
        unsigned tries;      ///< that each of the nearest gets
    };
    /// Finds the nearest nodes there are, soon. In the end those that were silent are asked again, since
    /// packets are lost, and the bootnodes, who know registered peers that others may not know.
    static constexpr Extent thorough{neighborCount, lookupConcurrency, 3};
    /// Nobody waits for it and nobody needs all of the nearest: it comes to the same parts of the network
    /// with a third of the packets.
    static constexpr Extent walk{walkAnswers, 1, 1};

    explicit Lookups(Duration timeout) noexcept : _timeout(timeout) {}

    void start(const node::PublicKey& target, std::span<const LookupNode> seeds, const Extent& extent,
               Completion completion);

    /// NEIGHBORS came from a node. False when no lookup is waiting for them. `nodes` passed the engine's
    /// checks already; `told` is how many there were before.
    bool neighbors(const NodeAddress& from, std::span<const LookupNode> nodes, std::size_t told,
                   MonotonicTime now);
    /// Whether a lookup waits for an answer from that address. Without any lookup asking takes no lock.
    bool isAskingAt(const node::IpAddress& ip, MonotonicTime now) const;
    /// Whether a lookup waits for an answer of that node.
    bool isAsking(const NodeAddress& from, MonotonicTime now) const;

    /// Sends what is next and ends what is over.
    void advance(MonotonicTime now, LookupPorts& ports, net::DatagramSink& sink);

    std::size_t active() const noexcept { return _active.load(std::memory_order_relaxed); }

    /// Ends all of them with what they have.
    void stop();

private:
    enum class Stage
    {
        fresh,
        bonding,
        asked,
        answered,
        failed,
        resting ///< before it is asked once more
    };
    struct Candidate
    {
        LookupNode node;
        bool isSeed = false;
        std::vector<wire::Neighbor> others{}; ///< where else it may be
        Stage stage = Stage::fresh;
        MonotonicTime deadline{};
        unsigned tries = 0;
        MonotonicTime pingedAt{};
        bool isThere = false; ///< it answered something
        std::size_t told = 0;
        bool heard = false;
    };
    struct Search
    {
        node::PublicKey target;
        node::Hash256 targetId{};
        std::vector<Candidate> candidates; ///< nearest first
        std::size_t told = 0;              ///< candidates that are no seeds
        Extent extent = thorough;
        std::size_t underWay = 0; ///< candidates that something is expected of
        std::size_t asked = 0;    ///< how often somebody was asked
        Completion completion;
    };

    static bool isAsking(const Candidate& candidate, const NodeAddress& from, MonotonicTime now) noexcept
    {
        return candidate.node.id == from.id && isAskedAt(candidate, from.ip, now);
    }
    static bool isAskedAt(const Candidate& candidate, const node::IpAddress& ip, MonotonicTime now) noexcept
    {
        return candidate.stage == Stage::asked && now < candidate.deadline &&
               candidate.node.node.endpoint.ip == ip;
    }
    static bool isUnderWay(const Candidate& candidate) noexcept
    {
        return candidate.stage == Stage::bonding || candidate.stage == Stage::asked ||
               candidate.stage == Stage::resting;
    }
    static void add(Search& search, const LookupNode& node, bool isSeed);
    static void addPlace(Candidate& candidate, const wire::Neighbor& place);
    /// It was silent; the next of its places is fresh.
    static void fail(Candidate& candidate);
    static void forgetFarthest(Search& search);
    /// What is left to ask when the nearest have answered or were silent.
    static void askTheRest(Search& search, MonotonicTime now);
    void settle(Candidate& candidate, MonotonicTime now, Search& search, LookupPorts& ports,
                net::DatagramSink& sink) const;
    void ask(Candidate& candidate, MonotonicTime now, const Search& search, LookupPorts& ports,
             net::DatagramSink& sink) const;
    void begin(Candidate& candidate, MonotonicTime now, Search& search, LookupPorts& ports,
               net::DatagramSink& sink) const;
    bool step(Search& search, MonotonicTime now, LookupPorts& ports, net::DatagramSink& sink) const;
    static std::vector<LookupNode> resultOf(const Search& search);
    static void complete(const std::list<Search>& over);

    Duration _timeout;
    mutable std::mutex _mutex;
    std::list<Search> _searches;
    std::atomic<std::size_t> _active{0};
};

} // namespace waymark::discv4::engine

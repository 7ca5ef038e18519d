#pragma once

#include <waymark/base/Clock.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace waymark::discv4::engine
{

/// So many a second on average, and so many at once. Zero a second: without limit.
struct Rate
{
    unsigned perSecond = 0;
    unsigned burst = 0;

    friend bool operator==(const Rate&, const Rate&) = default;
};

/// Which registered peers FINDNODE is answered with.
enum class Advertise : std::uint8_t
{
    registered, ///< all of them
    live        ///< those that answer this node
};

/// Every number of the protocol. The defaults are those of the configuration.
struct Parameters
{
    std::size_t bucketSize = 16;          ///< k of one bucket of the table
    std::size_t replacements = 10;        ///< nodes that wait for a place in a bucket
    std::size_t prefixLimitPerBucket = 2; ///< nodes of one /24 or /64 in a bucket; local networks are exempt
    std::size_t prefixLimit = 10;         ///< the same in the whole table

    Duration proofValidity = std::chrono::hours(24);
    std::size_t maximumProofs = 50'000;
    std::size_t maximumProofsPerPrefix = 512;
    std::size_t maximumPendingPings = 4'096; ///< pings that strangers caused; known nodes have as many more

    Duration requestTimeout = std::chrono::milliseconds(500);
    Duration packetLifetime = std::chrono::seconds(20); ///< what is added to the time for `expiration`

    Duration lookupInterval = std::chrono::seconds(30);  ///< random walk; zero: none
    Duration refreshInterval = std::chrono::minutes(30); ///< self lookup
    Duration revalidationInterval =
        std::chrono::seconds(3); ///< upper end of the pause between two checks of the table
    Duration livenessInterval = std::chrono::seconds(60); ///< between two pings of a live registered peer
    std::size_t livenessPingsPerTick = 64;
    Advertise advertise = Advertise::registered;

    Rate answersPerPrefix{100, 500}; ///< answers to pings from unproven endpoints of one /24 or /64
    Rate questionsPerNode{50, 500};  ///< FINDNODEs and ENRRequests of one node at one address

    unsigned workers = 1; ///< of each socket
    /// Bytes of signed answers that each worker keeps, to be sent again; 0: none.
    std::size_t answerMemory = std::size_t{8} << 20;

    /// Of each filter that keeps packets from locks. Where many more nodes are known than it has slots, it
    /// keeps few from them.
    std::size_t filterSlots = std::size_t{1} << 14;
    /// Token buckets of each rate limiter; those who fall into one share it.
    std::size_t rateSlots = std::size_t{1} << 15;
    /// Answered packets that are remembered, so that no two answers are the same.
    std::size_t answeredSlots = std::size_t{1} << 13;

    friend bool operator==(const Parameters&, const Parameters&) = default;
};

/// How often tick() is called.
inline constexpr Duration tickInterval = std::chrono::milliseconds(100);

/// k: how many nodes a FINDNODE is answered with, and a lookup ends with.
inline constexpr std::size_t neighborCount = 16;
/// How many nodes a lookup asks at the same time.
inline constexpr std::size_t lookupConcurrency = 3;
/// A random walk ends when so many of the nearest have answered: nobody needs to know all sixteen.
inline constexpr std::size_t walkAnswers = 8;
/// Nodes at lower UDP ports are not believed when others tell of them.
inline constexpr unsigned lowestToldPort = 1025;

} // namespace waymark::discv4::engine

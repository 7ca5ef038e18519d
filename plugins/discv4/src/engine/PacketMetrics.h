#pragma once

#include "wire/Drop.h"
#include "wire/Message.h"

#include <waymark/base/Subscription.h>
#include <waymark/observe/Metrics.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace waymark::discv4::engine
{

/// The counters of packets. Any thread; the first ones count in a shard of their own each, so that workers do
/// not take each other's cache lines away, and the shards are added up when somebody asks.
class PacketMetrics
{
public:
    explicit PacketMetrics(observe::MetricRegistry& metrics);
    PacketMetrics(const PacketMetrics&) = delete;
    PacketMetrics& operator=(const PacketMetrics&) = delete;

    /// A packet that passed all checks of the wire.
    void received(wire::PacketType type) const noexcept { count(firstReceived + position(type)); }
    void sent(wire::PacketType type) const noexcept { count(firstSent + position(type)); }
    void dropped(wire::Drop reason) const noexcept { count(firstDropped + static_cast<std::size_t>(reason)); }
    /// Nodes that a requester was not told of because it may not reach them.
    void hidden(std::size_t nodes) const noexcept
    {
        if (nodes > 0)
            count(hiddenNodes, nodes);
    }
    void pingSkipped() const noexcept { count(pingsSkipped); }
    /// A FINDNODE was answered, as another one was before or with a signature of its own.
    void answered(bool isReused) const noexcept { count(isReused ? answersReused : answersSigned); }

private:
    static constexpr std::size_t firstReceived = 0;
    static constexpr std::size_t firstSent = firstReceived + wire::packetTypeCount;
    static constexpr std::size_t firstDropped = firstSent + wire::packetTypeCount;
    static constexpr std::size_t hiddenNodes = firstDropped + wire::dropCount;
    static constexpr std::size_t pingsSkipped = hiddenNodes + 1;
    static constexpr std::size_t answersReused = pingsSkipped + 1;
    static constexpr std::size_t answersSigned = answersReused + 1;
    static constexpr std::size_t counters = answersSigned + 1;
    static constexpr std::size_t shards = 16;
    static constexpr std::size_t cacheLine = 64;

    struct alignas(cacheLine) Shard
    {
        std::array<std::atomic<std::uint64_t>, counters> counts{};
    };

    static std::size_t position(wire::PacketType type) noexcept { return static_cast<std::size_t>(type) - 1; }
    /// The calling thread's.
    static std::size_t shard() noexcept;
    void count(std::size_t counter, std::uint64_t by = 1) const noexcept
    {
        _shards[shard()].counts[counter].fetch_add(by, std::memory_order_relaxed);
    }
    double total(std::size_t counter) const noexcept;
    void show(observe::MetricRegistry& metrics, std::size_t counter, const std::string& name,
              const char* help, const observe::MetricLabels& labels);

    mutable std::array<Shard, shards> _shards;
    std::vector<Subscription> _shown;
};

} // namespace waymark::discv4::engine

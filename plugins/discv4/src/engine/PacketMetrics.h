#pragma once

#include "wire/Drop.h"
#include "wire/Message.h"

#include <waymark/observe/Metrics.h>

#include <array>

namespace waymark::discv4::engine
{

/// The counters of packets. Any thread.
class PacketMetrics
{
public:
    explicit PacketMetrics(observe::MetricRegistry& metrics);

    /// A packet that passed all checks of the wire.
    void received(wire::PacketType type) const noexcept { _received[position(type)].increment(); }
    void sent(wire::PacketType type) const noexcept { _sent[position(type)].increment(); }
    void dropped(wire::Drop reason) const noexcept { _dropped[static_cast<std::size_t>(reason)].increment(); }
    /// Nodes that a requester was not told of because it may not reach them.
    void hidden(std::size_t nodes) const noexcept { _hidden.increment(static_cast<double>(nodes)); }
    void pingSkipped() const noexcept { _pingsSkipped.increment(); }

private:
    static std::size_t position(wire::PacketType type) noexcept { return static_cast<std::size_t>(type) - 1; }

    std::array<observe::Counter, wire::packetTypeCount> _received;
    std::array<observe::Counter, wire::packetTypeCount> _sent;
    std::array<observe::Counter, wire::dropCount> _dropped;
    observe::Counter _hidden;
    observe::Counter _pingsSkipped;
};

} // namespace waymark::discv4::engine

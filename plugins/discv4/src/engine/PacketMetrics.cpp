#include "engine/PacketMetrics.h"

#include <string>

namespace waymark::discv4::engine
{

PacketMetrics::PacketMetrics(observe::MetricRegistry& metrics)
{
    for (std::size_t i = 0; i < wire::packetTypeCount; ++i) {
        const std::string type(toString(static_cast<wire::PacketType>(i + 1)));
        _received[i] = metrics.counter("waymark_discv4_packets_received_total",
                                       "Packets with a valid signature that were handled", {{"type", type}});
        _sent[i] =
            metrics.counter("waymark_discv4_packets_sent_total", "Packets that were sent", {{"type", type}});
    }
    for (std::size_t i = 0; i < wire::dropCount; ++i) {
        const std::string reason(toString(static_cast<wire::Drop>(i)));
        _dropped[i] = metrics.counter("waymark_discv4_packets_dropped_total",
                                      "Datagrams that were not acted upon", {{"reason", reason}});
    }
    _hidden = metrics.counter("waymark_discv4_relay_hidden_total",
                              "Nodes left out of answers because the requester may not be told of their "
                              "addresses");
    _pingsSkipped = metrics.counter("waymark_discv4_pings_skipped_total",
                                    "Pings back that were not sent because too many are pending");
}

} // namespace waymark::discv4::engine

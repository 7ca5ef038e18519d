#include "engine/PacketMetrics.h"

#include <waymark/base/ThreadNumber.h>

namespace waymark::discv4::engine
{

PacketMetrics::PacketMetrics(observe::MetricRegistry& metrics)
{
    for (std::size_t i = 0; i < wire::packetTypeCount; ++i) {
        const std::string type(toString(static_cast<wire::PacketType>(i + 1)));
        show(metrics, firstReceived + i, "waymark_discv4_packets_received_total",
             "Packets with a valid signature that were handled", {{"type", type}});
        show(metrics, firstSent + i, "waymark_discv4_packets_sent_total", "Packets that were sent",
             {{"type", type}});
    }
    for (std::size_t i = 0; i < wire::dropCount; ++i) {
        const std::string reason(toString(static_cast<wire::Drop>(i)));
        show(metrics, firstDropped + i, "waymark_discv4_packets_dropped_total",
             "Datagrams that were not acted upon", {{"reason", reason}});
    }
    show(metrics, hiddenNodes, "waymark_discv4_relay_hidden_total",
         "Nodes left out of answers because the requester may not be told of their addresses", {});
    show(metrics, pingsSkipped, "waymark_discv4_pings_skipped_total",
         "Pings back that were not sent because too many are pending", {});
    const std::string answers = "waymark_discv4_answers_total";
    const char* const help = "FINDNODEs that were answered, by whether the answer was signed for them";
    show(metrics, answersReused, answers, help, {{"signature", "reused"}});
    show(metrics, answersSigned, answers, help, {{"signature", "fresh"}});
}

void PacketMetrics::show(observe::MetricRegistry& metrics, std::size_t counter, const std::string& name,
                         const char* help, const observe::MetricLabels& labels)
{
    _shown.push_back(metrics.sampledCounter(name, help, labels, [this, counter] { return total(counter); }));
}

std::size_t PacketMetrics::shard() noexcept
{
    return threadNumber() % shards;
}

double PacketMetrics::total(std::size_t counter) const noexcept
{
    std::uint64_t sum = 0;
    for (const Shard& shard : _shards)
        sum += shard.counts[counter].load(std::memory_order_relaxed);
    return static_cast<double>(sum);
}

} // namespace waymark::discv4::engine

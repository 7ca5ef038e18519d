#include "tls/HandshakeMetrics.h"

#include <string>

namespace waymark::httpapi
{

std::string_view nameOf(Handshake outcome) noexcept
{
    constexpr std::array<std::string_view, handshakeCount> names{
        "completed",    "resumed",           "plain-http", "no-certificate", "bad-certificate",
        "incompatible", "refused-by-client", "cut-off",    "unfinished",     "broken"};
    return names[static_cast<std::size_t>(outcome)];
}

HandshakeMetrics::HandshakeMetrics(observe::MetricRegistry& registry)
{
    for (std::size_t i = 0; i < handshakeCount; ++i)
        _counters[i] = registry.counter("waymark_http_handshakes_total", "TLS handshakes by outcome",
                                        {{"outcome", std::string(nameOf(static_cast<Handshake>(i)))}});
}

} // namespace waymark::httpapi

#pragma once

#include <waymark/observe/Metrics.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::httpapi
{

/// What a client's attempt to begin a TLS connection came to.
enum class Handshake : std::uint8_t
{
    completed,
    resumed,         ///< completed, with the keys of an earlier connection
    plainHttp,       ///< it spoke HTTP without TLS
    noCertificate,   ///< it must show a certificate and did not
    badCertificate,  ///< the one that it showed is not accepted
    incompatible,    ///< it speaks no version, cipher or protocol that is spoken here
    refusedByClient, ///< perhaps it does not trust the server's certificate
    cutOff,          ///< it left
    unfinished,      ///< it was too slow, or gave way to others
    broken           ///< what it sent is no TLS
};
constexpr std::size_t handshakeCount = 10;
std::string_view nameOf(Handshake outcome) noexcept;

/// Counts handshakes by outcome. Any thread.
class HandshakeMetrics
{
public:
    explicit HandshakeMetrics(observe::MetricRegistry& registry);
    void count(Handshake outcome) const noexcept { _counters[static_cast<std::size_t>(outcome)].increment(); }

private:
    std::array<observe::Counter, handshakeCount> _counters;
};

} // namespace waymark::httpapi

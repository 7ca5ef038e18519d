#pragma once

#include "tls/HandshakeMetrics.h"

#include <waymark/node/Endpoint.h>
#include <waymark/observe/Log.h>

#include <string>

namespace waymark::httpapi
{

/// Where TLS connections say how they began. Any thread.
struct TlsReports
{
    TlsReports(observe::MetricRegistry& registry, observe::Log serverLog)
        : metrics(registry), log(std::move(serverLog))
    {
    }

    /// `reason` is the library's or empty; it has nothing of what the client sent.
    void ended(Handshake outcome, const node::Endpoint& remote, const std::string& reason) const noexcept;

    HandshakeMetrics metrics;
    observe::Log log;

private:
    void tell(Handshake outcome, const node::Endpoint& remote, const std::string& reason) const;
};

} // namespace waymark::httpapi

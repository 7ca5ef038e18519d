#include "tls/TlsReports.h"

#include <exception>

namespace waymark::httpapi
{

void TlsReports::ended(Handshake outcome, const node::Endpoint& remote,
                       const std::string& reason) const noexcept
{
    try {
        tell(outcome, remote, reason);
    } catch (const std::exception&) {
        metrics.count(outcome); // without memory for a line of the log
        return;
    }
    metrics.count(outcome);
}

void TlsReports::tell(Handshake outcome, const node::Endpoint& remote, const std::string& reason) const
{
    if (outcome == Handshake::completed || outcome == Handshake::resumed)
        return;
    // People look for certificates that are refused, and strangers try anything: the rest is for debugging.
    const bool certificate = outcome == Handshake::noCertificate || outcome == Handshake::badCertificate;
    const auto level = certificate ? observe::LogLevel::info : observe::LogLevel::debug;
    if (log.enabled(level))
        log.limited(level, "http.handshake_failed",
                    {{"outcome", nameOf(outcome)}, {"remote", remote.toString()}, {"reason", reason}});
}

} // namespace waymark::httpapi

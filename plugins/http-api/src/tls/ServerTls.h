#pragma once

#include "server/Channel.h"
#include "tls/TlsContext.h"
#include "tls/TlsReports.h"
#include "tls/TlsSettings.h"

#include <waymark/base/Clock.h>
#include <waymark/base/FileSystem.h>
#include <waymark/base/Subscription.h>
#include <waymark/observe/Health.h>
#include <waymark/observe/Log.h>
#include <waymark/observe/Metrics.h>
#include <waymark/plugin/ConfigView.h>
#include <waymark/plugin/Plugin.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace waymark::httpapi
{

/// TLS of one server, or that it has none: the certificate of new connections, which a reload replaces. Any
/// thread.
class ServerTls
{
public:
    struct Host
    {
        observe::MetricRegistry& metrics;
        observe::Log log;
        FileSystem& files;
        const Clock& clock;
    };

    /// `config` passed checkTls().
    ServerTls(const plugin::ConfigView& config, const Host& host);
    ServerTls(const ServerTls&) = delete;
    ServerTls& operator=(const ServerTls&) = delete;

    bool on() const noexcept { return _settings.has_value(); }
    std::string scheme() const { return on() ? "https://" : "http://"; }

    /// Reads the files. Throws plugin::StartError that says which key and file, and what is wrong.
    void start();
    /// Reads them again, perhaps others; connections that are open keep what they have. The plan refuses what
    /// start() would have thrown for.
    plugin::ReloadPlan prepareReload(const plugin::ConfigView& config);

    /// The channel of a connection that was accepted after start(); nullptr without memory.
    std::unique_ptr<Channel> open(int descriptor, const node::Endpoint& remote) const noexcept;
    /// Degraded while the certificate does not hold.
    observe::Health health() const;

private:
    void use(std::shared_ptr<const TlsContext> context);
    std::shared_ptr<const TlsContext> current() const;
    std::string whyInvalid(const TlsContext& context) const;
    void tell(const TlsContext& context) const;

    std::optional<TlsSettings> _settings;
    observe::Log _log;
    FileSystem& _files;
    const Clock& _clock;
    std::shared_ptr<const TlsReports> _reports;
    mutable std::mutex _mutex; ///< of the context
    std::shared_ptr<const TlsContext> _context;
    Subscription _expiry; ///< ends first
};

} // namespace waymark::httpapi

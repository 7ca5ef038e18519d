#include "tls/ServerTls.h"

#include "server/PlainChannel.h"
#include "tls/TlsChannel.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <chrono>
#include <new>
#include <utility>

namespace waymark::httpapi
{

namespace
{

std::chrono::seconds unixTime(WallTime time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch());
}

std::string textOf(WallTime time)
{
    return Poco::DateTimeFormatter::format(Poco::Timestamp::fromEpochTime(unixTime(time).count()),
                                           Poco::DateTimeFormat::ISO8601_FORMAT);
}

} // namespace

ServerTls::ServerTls(const plugin::ConfigView& config, const Host& host)
    : _settings(TlsSettings::from(config)), _log(host.log), _files(host.files), _clock(host.clock)
{
    if (!on())
        return;
    _reports = std::make_shared<TlsReports>(host.metrics, host.log);
    _expiry = host.metrics.sampled("waymark_http_certificate_expiry_seconds",
                                   "When the server's certificate ends, in seconds since 1970", {}, [this] {
                                       const auto context = current();
                                       return context ? static_cast<double>(unixTime(context->ends()).count())
                                                      : 0.0;
                                   });
}

void ServerTls::start()
{
    if (!on())
        return;
    auto context = TlsContext::make(*_settings, _files);
    if (!context) {
        const bool closed = context.error().code == ErrorCode::permission;
        throw plugin::StartError(closed ? plugin::ExitCode::keyFile : plugin::ExitCode::configuration,
                                 context.error().message);
    }
    use(std::move(*context));
}

plugin::ReloadPlan ServerTls::prepareReload(const plugin::ConfigView& config)
{
    const auto changed = TlsSettings::from(config);
    if (changed.has_value() != on()) {
        config.reject("tls-certificate", "TLS is switched on and off by a restart only");
        return plugin::ReloadPlan::nothing();
    }
    if (!on())
        return plugin::ReloadPlan::nothing();
    auto context = TlsContext::make(*changed, _files);
    if (!context)
        return plugin::ReloadPlan::refuse(context.error().message);
    return plugin::ReloadPlan::accept([this, made = std::move(*context)] { use(made); });
}

void ServerTls::use(std::shared_ptr<const TlsContext> context)
{
    tell(*context);
    const std::lock_guard lock(_mutex);
    _context = std::move(context);
}

std::shared_ptr<const TlsContext> ServerTls::current() const
{
    const std::lock_guard lock(_mutex);
    return _context;
}

std::string ServerTls::whyInvalid(const TlsContext& context) const
{
    const WallTime now = _clock.wallNow();
    const std::string which = "the TLS certificate in " + context.certificateFile().string();
    if (now >= context.ends())
        return which + " ended at " + textOf(context.ends()) + ": renew it and reload";
    if (now < context.begins())
        return which + " begins at " + textOf(context.begins()) + " only: look at the clock of this host";
    return {};
}

void ServerTls::tell(const TlsContext& context) const
{
    _log.info("http.certificate", {{"subject", context.subject()}, {"ends", textOf(context.ends())}},
              "New connections get this TLS certificate.");
    if (const std::string why = whyInvalid(context); !why.empty())
        _log.warning("http.certificate_invalid", {{"subject", context.subject()}, {"reason", why}},
                     "No client will trust it.");
}

std::unique_ptr<Channel> ServerTls::open(int descriptor, const node::Endpoint& remote) const noexcept
{
    if (!on())
        return std::unique_ptr<Channel>(new (std::nothrow) PlainChannel(descriptor));
    return std::unique_ptr<Channel>(new (std::nothrow) TlsChannel(descriptor, remote, current(), _reports));
}

observe::Health ServerTls::health() const
{
    const auto context = current();
    const std::string why = context ? whyInvalid(*context) : std::string();
    return why.empty() ? observe::Health::ok() : observe::Health::degraded(why);
}

} // namespace waymark::httpapi

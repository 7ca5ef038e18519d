#include "tls/TlsSettings.h"

#include <iterator>
#include <string_view>
#include <utility>

namespace waymark::httpapi
{

namespace
{

using plugin::Option;

http::Role roleOf(std::string_view word)
{
    if (word == "read")
        return http::Role::reader;
    return word == "admin" ? http::Role::admin : http::Role::registrant;
}

} // namespace

std::vector<Option> withTlsOptions(std::vector<Option> options)
{
    std::vector<Option> added = {
        Option::path("tls-certificate")
            .help("PEM file with the server's certificate and those between it and a root; with it the API "
                  "speaks TLS only. It is read again on a reload")
            .reloadable(),
        Option::path("tls-key")
            .help("PEM file with the certificate's private key, without a passphrase and closed to others; "
                  "read again on a reload")
            .reloadable(),
        Option::path("tls-client-ca")
            .help("PEM file with the authorities whose client certificates are accepted, each of which is "
                  "trusted as it is; with it clients are asked for one. Read again on a reload")
            .reloadable(),
        Option::choice("tls-client-certificates", {"require", "optional"})
            .help("Whether a client without a certificate gets no connection, or may still ask for health")
            .defaultsTo("require")
            .reloadable(),
        Option::choice("tls-client-role", {"read", "register", "admin"})
            .help("What a client with an accepted certificate may do; each includes those before it")
            .defaultsTo("register")
            .reloadable(),
        Option::choice("tls-min-version", {"1.2", "1.3"})
            .help("The oldest version of TLS that is spoken")
            .defaultsTo("1.2")
            .reloadable(),
        Option::duration("tls-hsts", "0s", "3660d")
            .help("How long browsers that came by a name shall ask for nothing but https on this host, on "
                  "all of its ports (Strict-Transport-Security); 0s tells them nothing")
            .defaultsTo("0s")
            .reloadable(),
    };
    options.insert(options.end(), std::make_move_iterator(added.begin()),
                   std::make_move_iterator(added.end()));
    return options;
}

void checkTls(const plugin::ConfigView& config)
{
    const bool certificate = config.findPath("tls-certificate").has_value();
    const bool key = config.findPath("tls-key").has_value();
    if (certificate && !key)
        config.reject("tls-certificate", "needs http-api.tls-key, the certificate's private key");
    if (key && !certificate)
        config.reject("tls-key", "needs http-api.tls-certificate, the certificate that it belongs to");
    if (!certificate && config.findPath("tls-client-ca"))
        config.reject("tls-client-ca", "needs http-api.tls-certificate and http-api.tls-key: clients show "
                                       "certificates to a server that has one");
    if (!config.findPath("tls-client-ca") && config.text("tls-client-certificates") == "optional")
        config.reject("tls-client-certificates",
                      "needs http-api.tls-client-ca, which says whose certificates are accepted");
}

std::optional<TlsSettings> TlsSettings::from(const plugin::ConfigView& config)
{
    const auto certificate = config.findPath("tls-certificate");
    const auto key = config.findPath("tls-key");
    if (!certificate || !key)
        return std::nullopt;
    TlsSettings settings;
    settings.certificate = *certificate;
    settings.key = *key;
    settings.clientCa = config.findPath("tls-client-ca");
    if (settings.clientCa)
        settings.clients = config.text("tls-client-certificates") == "optional"
                               ? ClientCertificates::optional
                               : ClientCertificates::required;
    settings.clientRole = roleOf(config.text("tls-client-role"));
    settings.onlyTls13 = config.text("tls-min-version") == "1.3";
    return settings;
}

} // namespace waymark::httpapi

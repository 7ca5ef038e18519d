#pragma once

#include <waymark/base/Clock.h>
#include <waymark/http/RouteTable.h>
#include <waymark/plugin/ConfigSchema.h>
#include <waymark/plugin/ConfigView.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace waymark::httpapi
{

/// Whether clients show certificates.
enum class ClientCertificates : std::uint8_t
{
    none,     ///< they are not asked
    optional, ///< without one they reach what is open to everybody
    required  ///< without one there is no connection
};

/// What the keys tls-* say.
struct TlsSettings
{
    std::filesystem::path certificate;
    std::filesystem::path key;
    std::optional<std::filesystem::path> clientCa;
    ClientCertificates clients = ClientCertificates::none;
    http::Role clientRole = http::Role::registrant;
    bool onlyTls13 = false;

    /// Nothing when TLS is off.
    static std::optional<TlsSettings> from(const plugin::ConfigView& config);
};

/// `options` and the keys tls-*.
std::vector<plugin::Option> withTlsOptions(std::vector<plugin::Option> options);

/// Rejects what does not fit together.
void checkTls(const plugin::ConfigView& config);

} // namespace waymark::httpapi

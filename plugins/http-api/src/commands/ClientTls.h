#pragma once

#include <waymark/base/Result.h>

#include <Poco/Net/Context.h>
#include <Poco/Net/SSLException.h>

#include <optional>
#include <string>

namespace waymark::httpapi
{

/// How a command speaks TLS with a daemon: whom it believes, and who it says it is. Files are read anew for
/// each connection: whoever stays for long gets certificates that are renewed.
struct ClientTls
{
    std::optional<std::string> authorities; ///< a PEM file with more authorities to believe
    std::optional<std::string> certificate; ///< a PEM file: the client's own first, then its authorities'
    std::optional<std::string> key;         ///< a PEM file, mode 0600: the certificate's

    /// What can be said without TLS. Errors are invalidArgument and name the option.
    Result<void> check() const;
    /// Errors name the option: as those of check(), and for what cannot be believed; permission for a
    /// certificate or key that cannot be used.
    Result<Poco::Net::Context::Ptr> context() const;

    /// Why a connection to `host` failed, in words for who runs the command: the last one of this thread,
    /// over what context() made.
    std::string problem(const Poco::Net::SSLException& thrown, const std::string& host) const;

private:
    Result<void> show(const Poco::Net::Context::Ptr& context) const;
};

} // namespace waymark::httpapi

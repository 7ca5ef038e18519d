#pragma once

#include "server/SecretBuffer.h"

#include <waymark/base/Result.h>

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/URI.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// What a daemon answered.
struct ApiAnswer
{
    int status = 0;
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string body;

    std::string header(const std::string& name) const
    {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
    /// What is wrong, in the daemon's words where it has some.
    std::string complaint() const;
};

/// Asks a daemon's HTTP API: over HTTP, HTTPS with a certificate that is checked, or a Unix socket.
class ApiClient
{
public:
    /// "http://host:port", "https://host:port" or "unix:/path"; a path in the first two goes before those of
    /// requests. `ca`: a PEM file with more authorities to believe.
    static Result<ApiClient> open(const std::string& url,
                                  const std::optional<std::string>& ca = std::nullopt);

    /// Waits for ten seconds at most. `authorization` is the field's value, or empty. Errors: unavailable,
    /// when nobody answers; the message names the place.
    Result<ApiAnswer> send(const std::string& method, const std::string& path, const std::string& body = {},
                           std::string_view authorization = {}) const;

private:
    ApiClient() = default;
    std::unique_ptr<Poco::Net::HTTPClientSession> session() const;

    std::string _place; ///< for messages
    std::string _socket;
    Poco::URI _uri;
    std::string _prefix;
    std::optional<std::string> _ca;
};

/// The token in the file that WAYMARK_TOKEN_FILE names, as "Bearer ..."; empty when that is not set.
Result<SecretBuffer> authorizationFromEnvironment();

} // namespace waymark::httpapi

#pragma once

#include "server/SecretBuffer.h"

#include <waymark/base/Result.h>

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/URI.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// What others wrote, with nothing in it that a terminal would obey.
std::string printable(std::string text);

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
    /// What is wrong, in the daemon's words where it has some; printable.
    std::string complaint() const;
};

/// Asks a daemon's HTTP API: over HTTP, HTTPS with a certificate that is checked, or a Unix socket.
class ApiClient
{
public:
    /// "http://host:port", "https://host:port" or "unix:/path"; a path in the first two goes before those of
    /// requests. `ca`: a PEM file with more authorities to believe.
    static Result<ApiClient> open(const std::string& url, const std::optional<std::string>& ca = std::nullopt,
                                  std::chrono::milliseconds patience = std::chrono::seconds(10));

    /// Where a daemon of this host is asked when nobody says: what WAYMARK_URL has, else its Unix socket
    /// where this user may write to it, else port 8080.
    static std::string usualPlace(const std::string& socket = "/run/waymark/waymark.sock");

    /// Waits as long as its patience to be connected, and then for the whole answer, however it drips.
    /// `authorization` is the field's value, or empty. Errors: unavailable, when nobody answers; the message
    /// names the place.
    Result<ApiAnswer> send(const std::string& method, const std::string& path, const std::string& body = {},
                           std::string_view authorization = {}) const;

private:
    ApiClient() = default;
    Poco::Net::StreamSocket connect() const;
    std::unique_ptr<Poco::Net::HTTPClientSession> sessionOver(const Poco::Net::StreamSocket& socket) const;
    ApiAnswer exchange(Poco::Net::HTTPClientSession& session, Poco::Net::HTTPRequest& request,
                       const std::string& body) const;

    std::string _place; ///< for messages
    std::string _socket;
    Poco::URI _uri;
    std::string _prefix;
    std::optional<std::string> _ca;
    std::chrono::milliseconds _patience{};
};

/// The token in the file that WAYMARK_TOKEN_FILE names, as "Bearer ..."; empty when that is not set.
Result<SecretBuffer> authorizationFromEnvironment();

} // namespace waymark::httpapi

#pragma once

#include "commands/ClientTls.h"
#include "commands/ServerConnector.h"

#include <waymark/base/Result.h>
#include <waymark/toolkit/Interruption.h>

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/URI.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

class AnswerBody;
class CallDeadline;

/// What others wrote, with nothing in it that a terminal would obey.
std::string printable(const std::string& text);

/// What a daemon is asked.
struct ApiCall
{
    std::string method{};
    std::string path{};               ///< and query, encoded
    std::string body{};               ///< JSON, or nothing
    std::string_view authorization{}; ///< the field's value; empty: none
    std::string lastEvent{};          ///< Last-Event-ID; empty: none
};

/// What a daemon answered.
struct ApiAnswer
{
    int status = 0;
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string body;
    std::string place{};  ///< who gave it, for messages
    std::string asked{};  ///< method and path
    std::string advice{}; ///< what mends a 401; empty where nobody has said

    std::string header(const std::string& name) const
    {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
    /// Who says what is wrong, in the daemon's words where it has some; printable.
    std::string complaint() const;
};

/// Asks a daemon's HTTP API: over HTTP, HTTPS with a certificate that is checked, or a Unix socket. Whatever
/// answers there is a stranger: answers are bounded in time and size, and redirections followed nowhere.
/// Copies share what they know of where the server is.
class ApiClient
{
public:
    /// Gets the bytes of a stream as they come; false ends it.
    using Take = std::function<bool(std::string_view bytes)>;

    /// "http://host:port", "https://host:port" or "unix:/path"; a path in the first two goes before those of
    /// requests, encoded as it is. Errors: invalidArgument, and permission for files of `tls`.
    static Result<ApiClient> open(const std::string& url, ClientTls tls = {},
                                  std::chrono::milliseconds patience = std::chrono::seconds(10));

    /// Where a daemon of this host is asked when nobody says: what WAYMARK_URL has, else its Unix socket
    /// where this user may write to it, else port 8080.
    static std::string usualPlace(const std::string& socket = "/run/waymark/waymark.sock");

    /// From now on a signal ends what is waited for; it outlives this, or is null.
    void heed(const toolkit::Interruption* interruption) noexcept { _interruption = interruption; }
    /// From now on names are looked up there, and not by the system; it outlives this.
    void resolveBy(net::Resolver& resolver) noexcept { _connector->resolveBy(resolver); }
    /// From now on the address is asked first that it was connected with last, without looking it up.
    void stay() noexcept { _connector->stay(); }
    /// Whether it was ever connected with anybody.
    bool wasConnected() const noexcept { return _connector->wasConnected(); }

    /// Waits as long as its patience to be connected, and then for the whole answer, however it drips.
    /// Errors: unavailable, when nobody answers; tooLarge and corrupt for an answer that cannot be taken. The
    /// message names the place.
    Result<ApiAnswer> send(const ApiCall& call) const;

    /// As send(), but what comes with status 200 goes to `take`, until that wants no more, the answer ends,
    /// or nothing comes for as long as `silence`. The answer has no body then.
    Result<ApiAnswer> stream(const ApiCall& call, std::chrono::milliseconds silence, const Take& take) const;

    const std::string& place() const noexcept { return _place; }
    /// Where the URL comes from, when that is not the command line: messages tell.
    void cameFrom(const std::string& source) { _place += " (" + source + ')'; }

private:
    using Read = std::function<Result<void>(AnswerBody&, CallDeadline&, ApiAnswer&)>;

    ApiClient() = default;
    Result<void> locate(const std::string& url);
    Result<ApiAnswer> perform(const ApiCall& call, const Read& read) const;
    Result<Poco::Net::StreamSocket> connect() const;
    std::unique_ptr<Poco::Net::HTTPClientSession> sessionOver(const Poco::Net::StreamSocket& socket) const;
    static Result<void> readWhole(AnswerBody& body, ApiAnswer& answer);
    Poco::Net::HTTPRequest requestFor(const ApiCall& call) const;
    std::string hint() const;

    std::string _place; ///< for messages
    std::string _socket;
    Poco::URI _uri;
    std::string _prefix;
    ClientTls _tls;
    std::shared_ptr<ServerConnector> _connector = std::make_shared<ServerConnector>(net::systemResolver());
    std::chrono::milliseconds _patience{};
    const toolkit::Interruption* _interruption = nullptr;
};

} // namespace waymark::httpapi

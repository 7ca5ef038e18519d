#include "commands/ApiClient.h"

#include "commands/AnswerBody.h"
#include "commands/CallDeadline.h"

#include <waymark/toolkit/Cell.h>

#include <Poco/Environment.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/String.h>

#include <algorithm>
#include <istream>
#include <optional>
#include <ostream>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::httpapi
{

namespace
{

namespace net = Poco::Net;

constexpr std::string_view unixScheme = "unix:";
constexpr int mostFields = 100;
constexpr std::size_t longestSocket = sizeof(sockaddr_un::sun_path) - 1;

/// Speaks over the socket that it is given and no other: Poco's would connect anew where a server has gone,
/// to no host, without TLS, and with the token.
class Session final : public Poco::Net::HTTPClientSession
{
public:
    explicit Session(const Poco::Net::StreamSocket& socket) : HTTPClientSession("127.0.0.1"), _given(socket)
    {
        setKeepAlive(false); // it is for one request, and tries none twice
    }

protected:
    void connect(const Poco::Net::SocketAddress&) override { attachSocket(_given); }

private:
    Poco::Net::StreamSocket _given;
};

/// Nothing that would mean something else in a request than in a URL.
bool isPlainUrl(const std::string& url)
{
    constexpr char firstVisible = '!';
    constexpr char lastVisible = '~';
    return std::ranges::all_of(url, [](char c) { return c >= firstVisible && c <= lastVisible; });
}

/// A name or an address, of which only those of IPv6 may have a '%'.
bool isPlainHost(const std::string& host)
{
    const bool isIpv6 = host.find(':') != std::string::npos;
    const auto isPlain = [isIpv6](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view(isIpv6 ? "-._:%[]" : "-._").find(c) != std::string_view::npos;
    };
    return !host.empty() && std::ranges::all_of(host, isPlain);
}

/// As it stands in the URL: decoded it would be another.
std::string encodedPath(const std::string& url)
{
    const std::size_t authority = url.find("://");
    const std::size_t path = authority == std::string::npos ? authority : url.find('/', authority + 3);
    return path == std::string::npos ? std::string() : url.substr(path);
}

std::optional<std::string> errorIn(const std::string& body)
{
    try {
        const auto object = Poco::JSON::Parser().parse(body).extract<Poco::JSON::Object::Ptr>();
        return object->getValue<std::string>("error");
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
}

} // namespace

std::string printable(const std::string& text)
{
    return text.empty() ? text : toolkit::Cell(text).shown();
}

std::string ApiAnswer::complaint() const
{
    constexpr int unauthorized = 401;
    constexpr int unknownPath = 404;
    const std::string said = errorIn(body).value_or("");
    std::string text = said;
    if (status == unauthorized && !advice.empty()) {
        text = text.substr(0, text.find(": send Authorization")); // which is how curl does it
        text += (text.empty() ? "" : "; ") + advice;
    }
    std::string code = "status " + std::to_string(status);
    if (status == unknownPath && !asked.empty())
        code = asked + ", " + code;
    // Without words of its own it is not the daemon, perhaps a proxy.
    text = text.empty() ? code : printable(text) + " (" + code + ')';
    return place.empty() ? text : place + ": " + text;
}

Result<ApiClient> ApiClient::open(const std::string& url, ClientTls tls, std::chrono::milliseconds patience)
{
    ApiClient client;
    client._patience = patience;
    client._place = url;
    client._tls = std::move(tls);
    if (auto located = client.locate(url); !located)
        return failure(std::move(located.error()));
    if (auto checked = client._tls.check(); !checked)
        return failure(std::move(checked.error()));
    if (client._uri.getScheme() == "https") {
        if (const auto context = client._tls.context(); !context)
            return failure(context.error());
    } else if (client._tls.certificate) {
        return failure(ErrorCode::invalidArgument,
                       "--cert is for https://, and '" + url + "' would never see it");
    }
    return client;
}

Result<void> ApiClient::locate(const std::string& url)
{
    if (url.starts_with(unixScheme)) {
        _socket = url.substr(unixScheme.size());
        if (!_socket.starts_with('/'))
            return failure(ErrorCode::invalidArgument, "'" + url + "' must be unix: and a whole path");
        if (_socket.size() > longestSocket)
            return failure(ErrorCode::invalidArgument, "'" + url +
                                                           "' is too long: a Unix socket's path has " +
                                                           std::to_string(longestSocket) + " bytes at most");
        return {};
    }
    const auto wrong = [&url](const std::string& why) {
        return failure(ErrorCode::invalidArgument, "'" + printable(url) + "' " + why);
    };
    if (!isPlainUrl(url))
        return wrong("must be written in visible ASCII characters, others as %XX");
    if (url.find_first_of("?#") != std::string::npos)
        return wrong("must end with the path, without a query (?) or fragment (#)");
    try {
        _uri = Poco::URI(url);
    } catch (const Poco::Exception&) {
        return wrong("is no URL");
    }
    const std::string& scheme = _uri.getScheme();
    if ((scheme != "http" && scheme != "https") || !isPlainHost(_uri.getHost()) ||
        !_uri.getUserInfo().empty())
        return wrong("must be http://HOST:PORT, https://HOST:PORT or unix:/PATH");
    _prefix = encodedPath(url);
    while (_prefix.ends_with('/'))
        _prefix.pop_back();
    return {};
}

std::string ApiClient::usualPlace(const std::string& socket)
{
    std::string asked = Poco::Environment::get("WAYMARK_URL", "");
    if (!asked.empty())
        return asked;
    return ::access(socket.c_str(), W_OK) == 0 ? std::string(unixScheme) + socket : "http://127.0.0.1:8080";
}

Result<net::StreamSocket> ApiClient::connect() const
{
    const ServerConnector::Patience patience{_patience, _interruption};
    auto socket = _socket.empty() ? _connector->connect(_uri.getHost(), _uri.getPort(), patience)
                                  : _connector->connect(_socket, patience);
    if (socket)
        return socket;
    std::string why = printable(socket.error().message);
    if (socket.error().code == ErrorCode::unavailable)
        why += hint();
    else if (socket.error().code == ErrorCode::notFound)
        why = "no host has the name '" + printable(_uri.getHost()) +
              "', or nobody here knows it: is it written so, and does the name service work?";
    return failure(ErrorCode::unavailable, _place + ": " + why);
}

std::unique_ptr<net::HTTPClientSession> ApiClient::sessionOver(const net::StreamSocket& socket) const
{
    if (_uri.getScheme() != "https")
        return std::make_unique<Session>(socket);
    const auto context = _tls.context();
    if (!context)
        throw Poco::FileException(context.error().message);
    return std::make_unique<Session>(net::SecureStreamSocket::attach(socket, _uri.getHost(), *context));
}

net::HTTPRequest ApiClient::requestFor(const ApiCall& call) const
{
    net::HTTPRequest request(call.method, _prefix + call.path, net::HTTPMessage::HTTP_1_1);
    request.set("Accept", "*/*");
    if (!call.authorization.empty())
        request.set("Authorization", std::string(call.authorization));
    if (!call.lastEvent.empty())
        request.set("Last-Event-ID", call.lastEvent);
    if (!call.body.empty()) {
        request.setContentType("application/json");
        request.setContentLength64(static_cast<Poco::Int64>(call.body.size()));
    }
    if (_socket.empty())
        request.setHost(_uri.getHost(), _uri.getPort());
    else
        request.setHost("localhost");
    return request;
}

Result<ApiAnswer> ApiClient::perform(const ApiCall& call, const Read& read) const
{
    const auto unavailable = [this](const std::string& why) {
        return failure(ErrorCode::unavailable, _place + ": " + why);
    };
    const auto late = [this] {
        return "there was no whole answer within " + std::to_string(_patience.count()) + " ms";
    };
    if (!isPlainUrl(call.path) || call.path.find('#') != std::string::npos)
        return failure(ErrorCode::invalidArgument, "'" + printable(call.path) +
                                                       "' is no path that can be asked for: visible ASCII " +
                                                       "characters, others as %XX, and no #");
    std::optional<CallDeadline> deadline;
    try {
        auto request = requestFor(call);
        const auto socket = connect();
        if (!socket)
            return failure(socket.error());
        deadline.emplace(socket->impl()->sockfd(), _patience, _interruption);
        const auto session = sessionOver(*socket);
        session->sendRequest(request) << call.body << std::flush;
        AnswerHead response;
        response.setFieldLimit(mostFields);
        std::istream& in = session->receiveResponse(response);
        ApiAnswer answer;
        answer.status = response.getStatus();
        answer.place = _place;
        answer.asked =
            call.method + ' ' + printable((_prefix + call.path).substr(0, (_prefix + call.path).find('?')));
        for (const auto& [name, value] : response)
            answer.headers[Poco::toLower(name)] = value;
        AnswerBody body(response, in);
        const auto whole = read(body, *deadline, answer);
        // One without a length ends where the connection does.
        if (deadline->passed())
            return unavailable(late());
        return whole ? Result<ApiAnswer>(std::move(answer))
                     : failure(whole.error().code, _place + ": " + whole.error().message);
    } catch (const net::SSLException& problem) {
        const bool isLate = deadline && deadline->passed();
        return unavailable(isLate ? late() : _tls.problem(problem, _uri.getHost()));
    } catch (const Poco::Exception& problem) {
        const bool isLate = deadline && deadline->passed();
        return unavailable(isLate ? late() : printable(problem.displayText()));
    } catch (const std::system_error& problem) {
        return unavailable(problem.what()); // no descriptor or thread is left
    }
}

Result<void> ApiClient::readWhole(AnswerBody& body, ApiAnswer& answer)
{
    auto whole = body.whole();
    if (!whole)
        return failure(whole.error());
    answer.body = std::move(*whole);
    return {};
}

Result<ApiAnswer> ApiClient::send(const ApiCall& call) const
{
    return perform(
        call, [](AnswerBody& body, CallDeadline&, ApiAnswer& answer) { return readWhole(body, answer); });
}

Result<ApiAnswer> ApiClient::stream(const ApiCall& call, std::chrono::milliseconds silence,
                                    const Take& take) const
{
    return perform(call, [&](AnswerBody& body, CallDeadline& deadline, ApiAnswer& answer) {
        if (answer.status != net::HTTPResponse::HTTP_OK)
            return readWhole(body, answer);
        deadline.extend(silence);
        return body.stream([&](std::string_view bytes) {
            deadline.extend(silence);
            return take(bytes);
        });
    });
}

/// What to look at when nobody listens.
std::string ApiClient::hint() const
{
    return _socket.empty() ? "; is waymarkd running there, and does http-api.listen have this port?"
                           : "; is waymarkd running, and does http-api.socket have this path?";
}

} // namespace waymark::httpapi

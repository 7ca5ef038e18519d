#include "commands/ApiClient.h"

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
#include <array>
#include <cerrno>
#include <istream>
#include <optional>
#include <ostream>
#include <poll.h>
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
constexpr std::size_t largestAnswer = std::size_t{64} << 20U;
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

void readWhole(const Poco::Net::HTTPResponse& response, std::istream& in, ApiAnswer& answer)
{
    std::array<char, 16384> part{};
    while (in.good() && answer.body.size() < largestAnswer) {
        in.read(part.data(), static_cast<std::streamsize>(part.size()));
        answer.body.append(part.data(), static_cast<std::size_t>(in.gcount()));
    }
    if (answer.body.size() >= largestAnswer)
        throw Poco::DataException("the answer is larger than 64 MB");
    if (response.hasContentLength() &&
        static_cast<std::uint64_t>(response.getContentLength64()) != answer.body.size())
        throw Poco::DataException("the answer broke off");
}

/// What is there is taken at once: the rest may be long in coming.
void readStream(std::istream& in, const ApiClient::Take& take, const std::function<void()>& came)
{
    std::array<char, 16384> part{};
    std::streambuf& buffer = *in.rdbuf();
    came();
    while (buffer.sgetc() != std::char_traits<char>::eof()) {
        const auto ready = std::clamp<std::streamsize>(buffer.in_avail(), 1, part.size());
        const auto count = buffer.sgetn(part.data(), ready);
        came();
        if (!take(std::string_view(part.data(), static_cast<std::size_t>(count))))
            return;
    }
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

/// In words for who runs the command.
std::string tlsProblem(const std::string& text)
{
    if (text.find("wrong version number") != std::string::npos ||
        text.find("packet length too long") != std::string::npos)
        return "it speaks no TLS there: is http:// meant instead of https://?";
    return printable(text);
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
    try {
        _uri = Poco::URI(url);
    } catch (const Poco::Exception&) {
        return failure(ErrorCode::invalidArgument, "'" + url + "' is no URL");
    }
    const std::string& scheme = _uri.getScheme();
    const bool isPlain = _uri.getUserInfo().empty() && _uri.getRawQuery().empty();
    if ((scheme != "http" && scheme != "https") || _uri.getHost().empty() || !isPlain)
        return failure(ErrorCode::invalidArgument,
                       "'" + url + "' must be http://HOST:PORT, https://HOST:PORT or unix:/PATH");
    _prefix = _uri.getPath();
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
    const auto failed = [this](const std::string& why) {
        return failure(ErrorCode::unavailable, _place + ": " + printable(why) + hint());
    };
    const auto unknownHost = [this] {
        return failure(ErrorCode::unavailable,
                       _place + ": no host has the name '" + printable(_uri.getHost()) +
                           "', or nobody here knows it: is it written so, and does the "
                           "name service work?");
    };
    try {
        const auto address = _socket.empty() ? net::SocketAddress(_uri.getHost(), _uri.getPort())
                                             : net::SocketAddress(net::SocketAddress::UNIX_LOCAL, _socket);
        net::StreamSocket socket;
        socket.connectNB(address);
        if (const auto problem = await(socket))
            return failed(*problem);
        socket.setBlocking(true);
        return socket;
    } catch (const net::DNSException&) {
        return unknownHost();
    } catch (const Poco::Exception& problem) {
        return failed(problem.code() > 0 ? std::generic_category().message(problem.code())
                                         : problem.displayText());
    }
}

/// Until it is connected, or what hinders that. Poco would wait without heeding a signal.
std::optional<std::string> ApiClient::await(const net::StreamSocket& socket) const
{
    const int interrupts = _interruption == nullptr ? -1 : _interruption->descriptor();
    const auto until = std::chrono::steady_clock::now() + _patience;
    std::array<pollfd, 2> events{pollfd{socket.impl()->sockfd(), POLLOUT, 0}, pollfd{interrupts, POLLIN, 0}};
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        const int ready = ::poll(events.data(), events.size(), std::max(0, static_cast<int>(left.count())));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready == 0)
            return "no connection within " + std::to_string(_patience.count()) + " ms";
        if (events[0].revents == 0)
            return "interrupted";
        const int error = socket.impl()->socketError();
        return error == 0 ? std::nullopt : std::optional(std::generic_category().message(error));
    }
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
    std::optional<CallDeadline> deadline;
    try {
        auto request = requestFor(call);
        const auto socket = connect();
        if (!socket)
            return failure(socket.error());
        deadline.emplace(socket->impl()->sockfd(), _patience, _interruption);
        const auto session = sessionOver(*socket);
        session->sendRequest(request) << call.body << std::flush;
        net::HTTPResponse response;
        response.setFieldLimit(mostFields);
        std::istream& in = session->receiveResponse(response);
        ApiAnswer answer;
        answer.status = response.getStatus();
        answer.place = _place;
        answer.asked =
            call.method + ' ' + printable((_prefix + call.path).substr(0, (_prefix + call.path).find('?')));
        for (const auto& [name, value] : response)
            answer.headers[Poco::toLower(name)] = value;
        read(response, in, *deadline, answer);
        // One without a length ends where the connection does.
        return deadline->passed() ? unavailable(late()) : Result<ApiAnswer>(std::move(answer));
    } catch (const net::SSLException& problem) {
        const bool isLate = deadline && deadline->passed();
        return unavailable(isLate ? late() : tlsProblem(problem.displayText()));
    } catch (const Poco::Exception& problem) {
        const bool isLate = deadline && deadline->passed();
        return unavailable(isLate ? late() : printable(problem.displayText()));
    } catch (const std::system_error& problem) {
        return unavailable(problem.what()); // no descriptor or thread is left
    }
}

Result<ApiAnswer> ApiClient::send(const ApiCall& call) const
{
    return perform(call, [](const net::HTTPResponse& response, std::istream& in, CallDeadline&,
                            ApiAnswer& answer) { readWhole(response, in, answer); });
}

Result<ApiAnswer> ApiClient::stream(const ApiCall& call, std::chrono::milliseconds silence,
                                    const Take& take) const
{
    return perform(call, [&](const net::HTTPResponse& response, std::istream& in, CallDeadline& deadline,
                             ApiAnswer& answer) {
        if (answer.status == net::HTTPResponse::HTTP_OK)
            readStream(in, take, [&] { deadline.extend(silence); });
        else
            readWhole(response, in, answer);
    });
}

/// What to look at when nobody listens.
std::string ApiClient::hint() const
{
    return _socket.empty() ? "; is waymarkd running there, and does http-api.listen have this port?"
                           : "; is waymarkd running, and does http-api.socket have this path?";
}

} // namespace waymark::httpapi

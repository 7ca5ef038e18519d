#include "commands/ApiClient.h"

#include "commands/CallDeadline.h"

#include <waymark/base/AtomicFile.h>

#include <Poco/Environment.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/String.h>
#include <Poco/Timespan.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <istream>
#include <ostream>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace waymark::httpapi
{

namespace
{

constexpr std::string_view unixScheme = "unix:";
constexpr std::size_t largestAnswer = std::size_t{64} << 20U;
constexpr std::size_t largestToken = 4096;
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

std::string readBounded(std::istream& in)
{
    std::string text;
    std::array<char, 16384> part{};
    while (in.good() && text.size() < largestAnswer) {
        in.read(part.data(), static_cast<std::streamsize>(part.size()));
        text.append(part.data(), static_cast<std::size_t>(in.gcount()));
    }
    if (text.size() >= largestAnswer)
        throw Poco::DataException("the answer is larger than 64 MB");
    return text;
}

ApiAnswer answerOf(const Poco::Net::HTTPResponse& response, std::istream& in)
{
    ApiAnswer answer;
    answer.status = response.getStatus();
    for (const auto& [name, value] : response)
        answer.headers[Poco::toLower(name)] = value;
    answer.body = readBounded(in);
    if (response.hasContentLength() &&
        static_cast<std::uint64_t>(response.getContentLength64()) != answer.body.size())
        throw Poco::DataException("the answer broke off");
    return answer;
}

} // namespace

std::string printable(std::string text)
{
    constexpr unsigned char lastControl = 0x1f;
    constexpr unsigned char erase = 0x7f;
    const auto isControl = [](unsigned char c) {
        return c <= lastControl || c == erase;
    };
    std::ranges::replace_if(text, isControl, '?');
    // The second set of them, U+0080 to U+009F, as UTF-8.
    for (std::size_t at = text.find('\xc2'); at + 1 < text.size() && at != std::string::npos;
         at = text.find('\xc2', at + 1))
        if (const auto next = static_cast<unsigned char>(text[at + 1]); next >= 0x80 && next < 0xa0)
            text.replace(at, 2, "?");
    return text;
}

std::string ApiAnswer::complaint() const
{
    std::string code = "status " + std::to_string(status);
    try {
        const auto object = Poco::JSON::Parser().parse(body).extract<Poco::JSON::Object::Ptr>();
        return printable(object->getValue<std::string>("error")) + " (" + code + ')';
    } catch (const Poco::Exception&) {
        return code; // not the daemon's own words, perhaps a proxy's
    }
}

Result<ApiClient> ApiClient::open(const std::string& url, const std::optional<std::string>& ca,
                                  std::chrono::milliseconds patience)
{
    ApiClient client;
    client._patience = patience;
    client._place = url;
    client._ca = ca;
    if (ca && ::access(ca->c_str(), R_OK) != 0)
        return failure(ErrorCode::invalidArgument,
                       "--ca: " + *ca + " cannot be read: " + std::generic_category().message(errno));
    if (url.starts_with(unixScheme)) {
        client._socket = url.substr(unixScheme.size());
        if (!client._socket.starts_with('/'))
            return failure(ErrorCode::invalidArgument, "'" + url + "' must be unix: and a whole path");
        if (client._socket.size() > longestSocket)
            return failure(ErrorCode::invalidArgument, "'" + url +
                                                           "' is too long: a Unix socket's path has " +
                                                           std::to_string(longestSocket) + " bytes at most");
        return client;
    }
    try {
        client._uri = Poco::URI(url);
    } catch (const Poco::Exception&) {
        return failure(ErrorCode::invalidArgument, "'" + url + "' is no URL");
    }
    const std::string& scheme = client._uri.getScheme();
    const bool isPlain = client._uri.getUserInfo().empty() && client._uri.getRawQuery().empty();
    if ((scheme != "http" && scheme != "https") || client._uri.getHost().empty() || !isPlain)
        return failure(ErrorCode::invalidArgument,
                       "'" + url + "' must be http://HOST:PORT, https://HOST:PORT or unix:/PATH");
    client._prefix = client._uri.getPath();
    while (client._prefix.ends_with('/'))
        client._prefix.pop_back();
    return client;
}

std::string ApiClient::usualPlace(const std::string& socket)
{
    std::string asked = Poco::Environment::get("WAYMARK_URL", "");
    if (!asked.empty())
        return asked;
    return ::access(socket.c_str(), W_OK) == 0 ? std::string(unixScheme) + socket : "http://127.0.0.1:8080";
}

Poco::Net::StreamSocket ApiClient::connect() const
{
    namespace net = Poco::Net;
    const auto address = _socket.empty() ? net::SocketAddress(_uri.getHost(), _uri.getPort())
                                         : net::SocketAddress(net::SocketAddress::UNIX_LOCAL, _socket);
    net::StreamSocket socket;
    socket.connect(address, Poco::Timespan(std::chrono::microseconds(_patience).count()));
    return socket;
}

std::unique_ptr<Poco::Net::HTTPClientSession>
ApiClient::sessionOver(const Poco::Net::StreamSocket& socket) const
{
    namespace net = Poco::Net;
    if (_uri.getScheme() != "https")
        return std::make_unique<Session>(socket);
    net::initializeSSL();
    net::Context::Params params;
    params.caLocation = _ca.value_or("");
    params.loadDefaultCAs = true;
    params.verificationMode = net::Context::VERIFY_STRICT; // on this host, too
    net::Context::Ptr context(new net::Context(net::Context::TLS_CLIENT_USE, params));
    context->requireMinimumProtocol(net::Context::PROTO_TLSV1_2);
    return std::make_unique<Session>(net::SecureStreamSocket::attach(socket, _uri.getHost(), context));
}

ApiAnswer ApiClient::exchange(Poco::Net::HTTPClientSession& session, Poco::Net::HTTPRequest& request,
                              const std::string& body) const
{
    if (_socket.empty())
        request.setHost(_uri.getHost(), _uri.getPort());
    else
        request.setHost("localhost");
    session.sendRequest(request) << body << std::flush;
    Poco::Net::HTTPResponse response;
    std::istream& in = session.receiveResponse(response);
    return answerOf(response, in);
}

Result<ApiAnswer> ApiClient::send(const std::string& method, const std::string& path, const std::string& body,
                                  std::string_view authorization) const
{
    Poco::Net::HTTPRequest request(method, _prefix + path, Poco::Net::HTTPMessage::HTTP_1_1);
    request.set("Accept", "*/*");
    if (!authorization.empty())
        request.set("Authorization", std::string(authorization));
    if (!body.empty()) {
        request.setContentType("application/json");
        request.setContentLength64(static_cast<Poco::Int64>(body.size()));
    }
    const auto unavailable = [this](const std::string& why) {
        return failure(ErrorCode::unavailable, _place + ": " + why);
    };
    const auto late = [this] {
        return "there was no whole answer within " + std::to_string(_patience.count()) + " ms";
    };
    std::optional<CallDeadline> deadline;
    try {
        const auto socket = connect();
        deadline.emplace(socket.impl()->sockfd(), _patience);
        const auto session = sessionOver(socket);
        auto answer = exchange(*session, request, body);
        // One without a length ends where the connection does.
        return deadline->passed() ? unavailable(late()) : Result<ApiAnswer>(std::move(answer));
    } catch (const Poco::Exception& problem) {
        const bool isLate = deadline && deadline->passed();
        return unavailable(isLate ? late() : printable(problem.displayText()));
    }
}

Result<SecretBuffer> authorizationFromEnvironment()
{
    constexpr auto variable = "WAYMARK_TOKEN_FILE";
    const std::string file = Poco::Environment::get(variable, "");
    if (file.empty())
        return SecretBuffer();
    auto text = readSmallFile(file, largestToken);
    if (!text)
        return failure(text.error().in(variable));
    SecretBuffer field("Bearer ");
    const std::string_view content = *text;
    const std::string_view token = content.substr(0, content.find_first_of("\r\n"));
    const bool isEmpty = token.empty();
    field.append(token); // waymark token new prints a line below
    secureWipe(*text);
    if (isEmpty)
        return failure(ErrorCode::corrupt,
                       std::string(variable) + ": " + file + " has no token in its first line");
    return field;
}

} // namespace waymark::httpapi

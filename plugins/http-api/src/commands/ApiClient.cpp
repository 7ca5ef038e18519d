#include "commands/ApiClient.h"

#include <waymark/base/AtomicFile.h>

#include <Poco/Environment.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/String.h>
#include <Poco/Timespan.h>

#include <array>
#include <istream>
#include <ostream>

namespace waymark::httpapi
{

namespace
{

constexpr std::string_view unixScheme = "unix:";
constexpr long patience = 10; // seconds
constexpr std::size_t largestAnswer = std::size_t{64} << 20U;
constexpr std::size_t largestToken = 4096;

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

std::string ApiAnswer::complaint() const
{
    std::string code = "status " + std::to_string(status);
    try {
        const auto object = Poco::JSON::Parser().parse(body).extract<Poco::JSON::Object::Ptr>();
        return object->getValue<std::string>("error") + " (" + code + ')';
    } catch (const Poco::Exception&) {
        return code; // not the daemon's own words, perhaps a proxy's
    }
}

Result<ApiClient> ApiClient::open(const std::string& url, const std::optional<std::string>& ca)
{
    ApiClient client;
    client._place = url;
    client._ca = ca;
    if (url.starts_with(unixScheme)) {
        client._socket = url.substr(unixScheme.size());
        if (!client._socket.starts_with('/'))
            return failure(ErrorCode::invalidArgument, "'" + url + "' must be unix: and a whole path");
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

std::unique_ptr<Poco::Net::HTTPClientSession> ApiClient::session() const
{
    namespace net = Poco::Net;
    const Poco::Timespan wait(patience, 0);
    if (!_socket.empty()) {
        net::StreamSocket socket;
        socket.connect(net::SocketAddress(net::SocketAddress::UNIX_LOCAL, _socket), wait);
        return std::make_unique<net::HTTPClientSession>(socket);
    }
    if (_uri.getScheme() == "http")
        return std::make_unique<net::HTTPClientSession>(_uri.getHost(), _uri.getPort());
    net::initializeSSL();
    net::Context::Params params;
    params.caLocation = _ca.value_or("");
    params.loadDefaultCAs = true;
    params.verificationMode = net::Context::VERIFY_STRICT; // on this host, too
    const net::Context::Ptr context(new net::Context(net::Context::TLS_CLIENT_USE, params));
    return std::make_unique<net::HTTPSClientSession>(_uri.getHost(), _uri.getPort(), context);
}

Result<ApiAnswer> ApiClient::send(const std::string& method, const std::string& path, const std::string& body,
                                  std::string_view authorization) const
{
    try {
        const auto opened = session();
        opened->setTimeout(Poco::Timespan(patience, 0));
        opened->setKeepAlive(true); // or else Poco connects anew where it was given a socket
        Poco::Net::HTTPRequest request(method, _prefix + path, Poco::Net::HTTPMessage::HTTP_1_1);
        if (!_socket.empty())
            request.setHost("localhost");
        request.set("Accept", "*/*");
        if (!authorization.empty())
            request.set("Authorization", std::string(authorization));
        if (!body.empty()) {
            request.setContentType("application/json");
            request.setContentLength64(static_cast<Poco::Int64>(body.size()));
        }
        opened->sendRequest(request) << body << std::flush;
        Poco::Net::HTTPResponse response;
        std::istream& in = opened->receiveResponse(response);
        return answerOf(response, in);
    } catch (const Poco::Exception& problem) {
        return failure(ErrorCode::unavailable, _place + ": " + problem.displayText());
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
    field.append(content.substr(0, content.find_first_of("\r\n"))); // waymark token new prints a line below
    secureWipe(*text);
    return field;
}

} // namespace waymark::httpapi

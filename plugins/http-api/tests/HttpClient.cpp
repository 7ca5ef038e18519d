#include "HttpClient.h"

#include <Poco/Net/NetException.h>
#include <Poco/String.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr int patience = 100; // seconds: the machine may be busy

} // namespace

HttpClient::HttpClient(const node::Endpoint& server)
    : _socket(Poco::Net::SocketAddress(server.ip.toString(), server.port))
{
    _socket.setNoDelay(true);
    _socket.setReceiveTimeout(Poco::Timespan(patience, 0));
}

HttpClient::HttpClient(const Poco::Net::StreamSocket& connected, bool isTcp) : _socket(connected)
{
    if (isTcp)
        _socket.setNoDelay(true);
    _socket.setReceiveTimeout(Poco::Timespan(patience, 0));
}

HttpClient::HttpClient(const node::Endpoint& server, const std::string& from)
{
    _socket.impl()->bind(Poco::Net::SocketAddress(from, 0), true);
    _socket.connect(Poco::Net::SocketAddress(server.ip.toString(), server.port));
    _socket.setNoDelay(true);
    _socket.setReceiveTimeout(Poco::Timespan(patience, 0));
}

void HttpClient::breakOff()
{
    _socket.setLinger(true, 0);
    _socket.close();
}

HttpClient& HttpClient::send(std::string_view bytes)
{
    while (!bytes.empty())
        bytes.remove_prefix(
            static_cast<std::size_t>(_socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()))));
    return *this;
}

HttpClient& HttpClient::drip(std::string_view bytes)
{
    for (const char byte : bytes)
        send({&byte, 1});
    return *this;
}

bool HttpClient::fill()
{
    std::array<char, 4096> buffer;
    try {
        const int count = _socket.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
        _received.append(buffer.data(), static_cast<std::size_t>(count));
        return count > 0;
    } catch (const Poco::TimeoutException&) {
        throw std::runtime_error("the server did not answer; so far: " + _received);
    } catch (const Poco::Net::NetException&) {
        return false;
    }
}

std::string HttpClient::takeLine()
{
    std::size_t end = std::string::npos;
    while ((end = _received.find("\r\n")) == std::string::npos)
        if (!fill())
            throw std::runtime_error("the connection ended inside a line: " + _received);
    std::string line = _received.substr(0, end);
    _received.erase(0, end + 2);
    return line;
}

std::string HttpClient::takeBytes(std::size_t count, bool& complete)
{
    while (_received.size() < count && fill()) {
    }
    complete = _received.size() >= count;
    std::string bytes = _received.substr(0, count);
    _received.erase(0, bytes.size());
    return bytes;
}

std::string HttpClient::takeChunks(bool& complete)
{
    std::string body;
    for (;;) {
        while (_received.find("\r\n") == std::string::npos)
            if (!fill()) {
                complete = false;
                return body;
            }
        const auto size = static_cast<std::size_t>(std::stoul(takeLine(), nullptr, 16));
        body += takeBytes(size, complete);
        bool ended = false;
        takeBytes(2, ended);
        if (size == 0 || !complete || !ended) {
            complete = complete && ended;
            return body;
        }
    }
}

HttpAnswer HttpClient::read(bool toHead)
{
    HttpAnswer answer;
    const std::string first = takeLine();
    if (!first.starts_with("HTTP/1."))
        throw std::runtime_error("no HTTP answer: " + first);
    answer.status = std::stoi(first.substr(9, 3));
    for (std::string line = takeLine(); !line.empty(); line = takeLine()) {
        const auto colon = line.find(':');
        answer.headers[Poco::toLower(line.substr(0, colon))] = Poco::trim(line.substr(colon + 1));
    }
    const bool bodiless = toHead || answer.status < 200 || answer.status == 204 || answer.status == 304;
    answer.complete = true;
    if (bodiless)
        return answer;
    if (answer.header("transfer-encoding") == "chunked")
        answer.body = takeChunks(answer.complete);
    else if (const std::string length = answer.header("content-length"); !length.empty())
        answer.body = takeBytes(std::stoul(length), answer.complete);
    else {
        while (fill()) {
        }
        answer.body = std::exchange(_received, {});
    }
    return answer;
}

bool HttpClient::ended()
{
    return _received.empty() && !fill() && _received.empty();
}

bool HttpClient::gone()
{
    try {
        return ended();
    } catch (const Poco::Net::ConnectionResetException&) {
        return true;
    }
}

std::string HttpClient::readUntilEnd()
{
    while (fill()) {
    }
    return std::exchange(_received, {});
}

std::string HttpClient::readUntil(std::string_view text)
{
    std::size_t searched = 0;
    while (_received.find(text, searched) == std::string::npos) {
        searched = _received.size() - std::min(_received.size(), text.size());
        if (!fill())
            throw std::runtime_error("the connection ended before '" + std::string(text) + "': " + _received);
    }
    return _received;
}

HttpAnswer HttpClient::request(const node::Endpoint& server, std::string_view method, std::string_view target,
                               std::optional<std::string> body, std::optional<std::string_view> headers)
{
    std::string text = std::string(method) + ' ' + std::string(target) +
                       " HTTP/1.1\r\nHost: waymark\r\nConnection: close\r\n";
    text += headers.value_or(body ? "Content-Type: application/json\r\n" : "");
    if (body)
        text += "Content-Length: " + std::to_string(body->size()) + "\r\n";
    HttpClient client(server);
    client.send(text + "\r\n" + body.value_or(""));
    auto answer = client.read(method == "HEAD");
    // The server counts and logs before it closes: whoever looks there afterwards finds it.
    if (!client.ended())
        throw std::runtime_error("the server went on after its answer");
    return answer;
}

} // namespace waymark::httpapi

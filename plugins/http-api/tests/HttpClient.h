#pragma once

#include <waymark/node/Endpoint.h>

#include <Poco/Net/StreamSocket.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// An HTTP answer as it came over the wire.
struct HttpAnswer
{
    int status = 0;
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string body;                           ///< decoded
    bool complete = false; ///< the body ended as its framing said; false: the connection broke before

    std::string header(const std::string& name) const
    {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
};

/// One raw connection: sends exactly the bytes that it is given. Reads wait at most 100 seconds and then fail
/// the test.
class HttpClient
{
public:
    explicit HttpClient(const node::Endpoint& server);
    /// Over a connection that was made already, perhaps an encrypted one, or one over a Unix socket.
    explicit HttpClient(const Poco::Net::StreamSocket& connected, bool isTcp = true);
    /// From another address of this host.
    HttpClient(const node::Endpoint& server, const std::string& from);

    HttpClient& send(std::string_view bytes);
    /// Each byte in a segment of its own.
    HttpClient& drip(std::string_view bytes);
    /// The next answer. After HEAD there is no body, whatever the head says.
    HttpAnswer read(bool toHead = false);
    /// True when the server ends the connection without another byte.
    bool ended();
    /// The same, or it resets it, as happens to what was sent and not read.
    bool gone();
    /// Reads until at least `text` is there; what comes of a streamed answer so far.
    std::string readUntil(std::string_view text);
    /// Reads until the server ends the connection.
    std::string readUntilEnd();
    void close() { _socket.close(); }
    /// Closes with a reset.
    void breakOff();
    Poco::Net::StreamSocket& socket() { return _socket; }

    /// Sends one request on a connection of its own; adds Host, Connection: close and the length of the body;
    /// without `headers` also that the body is JSON.
    static HttpAnswer request(const node::Endpoint& server, std::string_view method, std::string_view target,
                              std::optional<std::string> body = std::nullopt,
                              std::optional<std::string_view> headers = std::nullopt);

private:
    bool fill();
    std::string takeLine();
    std::string takeBytes(std::size_t count, bool& complete);
    std::string takeChunks(bool& complete);

    Poco::Net::StreamSocket _socket;
    std::string _received;
};

} // namespace waymark::httpapi

#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace waymark::httpapi
{

/// Answers whatever a client asks as a test says, one connection after another, and keeps what was asked.
class FakeServer
{
public:
    using Speak = std::function<void(int descriptor)>;

    /// The same answer to every request.
    explicit FakeServer(std::string answer)
        : FakeServer([answer = std::move(answer)](int descriptor) { say(descriptor, answer); })
    {
    }
    /// `speak` runs when a request is there; the connection ends after it.
    explicit FakeServer(Speak speak)
        : _socket(Poco::Net::SocketAddress("127.0.0.1", 0)),
          _speak(std::move(speak)),
          _thread([this] { serve(); })
    {
    }
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;
    ~FakeServer() { stop(); }

    std::string url() const { return "http://" + _socket.address().toString(); }
    /// All requests; the server has stopped then.
    const std::string& stop()
    {
        if (_thread.joinable()) {
            ::shutdown(_socket.impl()->sockfd(), SHUT_RDWR);
            {
                // A client that has gone while much was on its way is not always noticed by the system.
                const std::lock_guard lock(_mutex);
                if (_current >= 0)
                    ::shutdown(_current, SHUT_RDWR);
                _stopped = true;
            }
            _thread.join();
        }
        return _asked;
    }

    static std::string answer(const std::string& statusAndFields, const std::string& body)
    {
        return "HTTP/1.1 " + statusAndFields + "\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body;
    }
    /// False when the client is gone.
    static bool say(int descriptor, std::string_view text)
    {
        return ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(text.size());
    }

private:
    void serve()
    {
        for (;;) {
            const int descriptor = ::accept(_socket.impl()->sockfd(), nullptr, nullptr);
            if (descriptor < 0)
                return;
            if (take(descriptor)) {
                readHead(descriptor);
                _speak(descriptor);
                ::shutdown(descriptor, SHUT_WR);
                drain(descriptor);
            }
            const std::lock_guard lock(_mutex);
            _current = -1;
            ::close(descriptor);
        }
    }
    bool take(int descriptor)
    {
        const std::lock_guard lock(_mutex);
        _current = descriptor;
        return !_stopped;
    }
    void readHead(int descriptor)
    {
        std::string head;
        std::array<char, 4096> part{};
        while (head.find("\r\n\r\n") == std::string::npos) {
            const ssize_t got = ::recv(descriptor, part.data(), part.size(), 0);
            if (got <= 0)
                break;
            head.append(part.data(), static_cast<std::size_t>(got));
        }
        _asked += head;
    }
    /// Or what the client sent last would make the system break the connection off.
    static void drain(int descriptor)
    {
        std::array<char, 4096> part{};
        while (::recv(descriptor, part.data(), part.size(), 0) > 0) {
        }
    }

    Poco::Net::ServerSocket _socket;
    Speak _speak;
    std::string _asked;
    std::mutex _mutex;
    int _current = -1; ///< the connection that is served
    bool _stopped = false;
    std::thread _thread; ///< last
};

} // namespace waymark::httpapi

#include "HttpLoad.h"

#include "Loopback.h"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace waymark::bench
{

HttpLoad::HttpLoad(std::uint16_t port, std::size_t connections, std::vector<std::string> requests)
    : _requests(std::move(requests)), _epoll(::epoll_create1(EPOLL_CLOEXEC))
{
    for (std::size_t i = 0; i < connections; ++i) {
        _clients.push_back({connectTo(port, 1), {}});
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        if (::epoll_ctl(_epoll, EPOLL_CTL_ADD, _clients.back().descriptor, &event) != 0)
            throw std::system_error(errno, std::generic_category(), "epoll");
    }
}

HttpLoad::~HttpLoad()
{
    for (const Client& client : _clients)
        ::close(client.descriptor);
    ::close(_epoll);
}

double HttpLoad::run(std::chrono::milliseconds duration)
{
    const auto began = std::chrono::steady_clock::now();
    std::size_t answers = 0;
    std::size_t onTheirWay = _clients.size();
    for (Client& client : _clients)
        sendNext(client);
    bool over = false;
    std::array<epoll_event, 256> events{};
    while (onTheirWay > 0) {
        const int count = ::epoll_wait(_epoll, events.data(), static_cast<int>(events.size()), 0);
        for (int i = 0; i < count; ++i) {
            Client& client = _clients[events[static_cast<std::size_t>(i)].data.u64];
            if (!takeAnswer(client))
                continue;
            answers += over ? 0 : 1;
            if (over)
                --onTheirWay;
            else
                sendNext(client);
        }
        over = over || std::chrono::steady_clock::now() - began >= duration;
    }
    return static_cast<double>(answers) / std::chrono::duration<double>(duration).count();
}

void HttpLoad::sendNext(Client& client)
{
    const std::string& request = _requests[_next++ % _requests.size()];
    const auto sent = ::send(client.descriptor, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size()))
        throw std::runtime_error("a request could not be sent at once");
}

/// True when an answer is whole; it is forgotten then.
bool HttpLoad::takeAnswer(Client& client)
{
    std::array<char, 16384> buffer{};
    const auto got = ::recv(client.descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (got <= 0)
        throw std::runtime_error("the server closed a connection");
    client.received.append(buffer.data(), static_cast<std::size_t>(got));
    const std::string_view text = client.received;
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos)
        return false;
    if (!text.starts_with("HTTP/1.1 2"))
        throw std::runtime_error("not served: " + client.received);
    constexpr std::string_view field = "Content-Length: ";
    const auto length = text.find(field);
    if (length > end)
        throw std::runtime_error("an answer without Content-Length");
    if (text.size() < end + 4 + std::stoul(client.received.substr(length + field.size(), 12)))
        return false;
    client.received.clear();
    return true;
}

} // namespace waymark::bench

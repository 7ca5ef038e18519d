#include "Siege.h"

#include "Loopback.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <sys/socket.h>
#include <unistd.h>

namespace waymark::bench
{

namespace
{

constexpr std::size_t addresses = 40;
constexpr std::uint8_t firstHost = 2;
constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n";
constexpr auto pace = std::chrono::seconds(1);

} // namespace

Siege::Siege(std::uint16_t port, std::size_t silent, std::size_t dripping)
    : _port(port), _silent(silent), _clients(silent + dripping)
{
    for (std::size_t i = 0; i < _clients.size(); ++i)
        connect(_clients[i], i);
    _thread = std::thread([this] { run(); });
}

Siege::~Siege()
{
    _over = true;
    _thread.join();
    for (const Client& client : _clients)
        ::close(client.descriptor);
}

void Siege::connect(Client& client, std::size_t number)
{
    client.descriptor = connectTo(_port, static_cast<std::uint8_t>(firstHost + number % addresses));
    client.sent = 0;
}

/// Goes round all clients once a second, a few at a time.
void Siege::run()
{
    for (auto next = std::chrono::steady_clock::now(); !_over; next += pace) {
        for (std::size_t i = 0; i < _clients.size() && !_over; ++i) {
            hold(_clients[i], i, i < _silent ? std::string_view() : request);
            std::this_thread::sleep_until(next + pace * i / _clients.size());
        }
    }
}

void Siege::hold(Client& client, std::size_t number, std::string_view drop)
{
    std::array<char, 1024> answer{};
    const auto got = ::recv(client.descriptor, answer.data(), answer.size(), MSG_DONTWAIT);
    const bool thrownOut = got >= 0 || errno != EAGAIN;
    if (!thrownOut && !drop.empty()) {
        ::send(client.descriptor, &drop[client.sent], 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        client.sent = (client.sent + 1) % drop.size();
    }
    if (!thrownOut)
        return;
    ::close(client.descriptor);
    connect(client, number);
    ++_returns;
}

} // namespace waymark::bench

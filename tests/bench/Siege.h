#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <thread>
#include <vector>

namespace waymark::bench
{

/// Clients that want nothing but connections: half of them never say a word, the others send a request one
/// byte a second. Whoever is thrown out comes back. They come from 40 addresses.
class Siege
{
public:
    /// All of them are there when it returns.
    Siege(std::uint16_t port, std::size_t silent, std::size_t dripping);
    Siege(const Siege&) = delete;
    Siege& operator=(const Siege&) = delete;
    ~Siege();

    /// How many were thrown out and came back so far.
    std::size_t returns() const noexcept { return _returns; }

private:
    struct Client
    {
        int descriptor = -1;
        std::size_t sent = 0;
    };

    void connect(Client& client, std::size_t number);
    void hold(Client& client, std::size_t number, std::string_view drop);
    void run();

    std::uint16_t _port;
    std::size_t _silent;
    std::vector<Client> _clients;
    std::atomic<std::size_t> _returns{0};
    std::atomic<bool> _over{false};
    std::thread _thread;
};

} // namespace waymark::bench

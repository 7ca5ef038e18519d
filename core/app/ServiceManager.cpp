#include "ServiceManager.h"

#include "base/Environment.h"

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace waymark::app
{

namespace
{

std::optional<long long> number(std::string_view text) noexcept
{
    long long value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && rest == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::string oneLine(std::string_view text)
{
    return std::string(text.substr(0, text.find('\n')));
}

} // namespace

ServiceManager::ServiceManager() : _socket(environment("NOTIFY_SOCKET"))
{
    const auto watched = number(environment("WATCHDOG_PID"));
    const auto micros = number(environment("WATCHDOG_USEC"));
    if (micros && *micros > 0 && (!watched || *watched == ::getpid()))
        _watchdog = std::chrono::microseconds(*micros);
}

void ServiceManager::ready(std::string_view text) const
{
    notify("READY=1\nSTATUS=" + oneLine(text));
}

void ServiceManager::reloading() const
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const long long micros = now.tv_sec * 1'000'000LL + now.tv_nsec / 1000;
    notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(micros));
}

void ServiceManager::stopping(Duration longest) const
{
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(longest).count();
    notify("STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=" + std::to_string(micros));
}

void ServiceManager::status(std::string_view text) const
{
    notify("STATUS=" + oneLine(text));
}

void ServiceManager::alive() const
{
    notify("WATCHDOG=1");
}

void ServiceManager::notify(std::string_view message) const
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (_socket.empty() || _socket.size() >= sizeof address.sun_path)
        return;
    std::memcpy(address.sun_path, _socket.data(), _socket.size());
    if (address.sun_path[0] == '@') // the abstract namespace
        address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + _socket.size());
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return;
    const auto* const where = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    // A manager that does not listen is no reason to stop serving.
    static_cast<void>(::sendto(descriptor, message.data(), message.size(), MSG_NOSIGNAL, where, length));
    ::close(descriptor);
}

} // namespace waymark::app

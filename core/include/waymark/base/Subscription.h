#pragma once

#include <functional>
#include <utility>

namespace waymark
{

/// Holds a registration somewhere (a signal, a timer, a socket) and ends it when it is destroyed.
/// Move-only. After reset() returns the callback is not running and will not run again, unless reset()
/// was called from within that very callback.
class [[nodiscard]] Subscription
{
public:
    Subscription() noexcept = default;
    explicit Subscription(std::function<void()> cancel) noexcept : _cancel(std::move(cancel)) {}
    Subscription(Subscription&& other) noexcept : _cancel(std::exchange(other._cancel, nullptr)) {}
    Subscription& operator=(Subscription&& other) noexcept
    {
        if (this != &other) {
            reset();
            _cancel = std::exchange(other._cancel, nullptr);
        }
        return *this;
    }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription() { reset(); }

    void reset() noexcept
    {
        if (auto cancel = std::exchange(_cancel, nullptr))
            cancel();
    }
    explicit operator bool() const noexcept { return static_cast<bool>(_cancel); }

private:
    std::function<void()> _cancel;
};

} // namespace waymark

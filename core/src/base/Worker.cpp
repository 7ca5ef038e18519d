#include <waymark/base/Worker.h>

#include <pthread.h>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace waymark
{

void Worker::start(std::string name, Body body)
{
    if (running())
        throw std::logic_error("worker " + _name + " was started twice");
    _name = std::move(name);
    beat();
    try {
        _thread = std::jthread([this, function = std::move(body)](const std::stop_token& stopping) {
            constexpr std::size_t kernelLimit = 15;
            ::pthread_setname_np(::pthread_self(), _name.substr(0, kernelLimit).c_str());
            function(stopping, *this);
        });
    } catch (const std::system_error& error) {
        throw std::system_error(error.code(), "thread " + _name +
                                                  " cannot be started: give the process more threads (ulimit "
                                                  "-u, TasksMax) or memory");
    }
}

void Worker::requestStop() noexcept
{
    _thread.request_stop();
}

void Worker::stop() noexcept
{
    if (!running())
        return;
    _thread.request_stop();
    _thread.join();
}

void Worker::beat() noexcept
{
    _lastBeat.store(std::chrono::steady_clock::now().time_since_epoch().count(), std::memory_order_relaxed);
}

Duration Worker::sinceBeat() const noexcept
{
    const std::chrono::steady_clock::duration last(_lastBeat.load(std::memory_order_relaxed));
    if (last == std::chrono::steady_clock::duration::zero())
        return Duration::zero();
    return std::chrono::steady_clock::now().time_since_epoch() - last;
}

} // namespace waymark

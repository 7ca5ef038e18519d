#include "server/PendingAnswer.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace waymark::httpapi
{

using namespace std::chrono_literals;

struct PendingAnswer::State
{
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<http::ApiResponse> answer;
    bool forgotten = false;
};

/// Shared by the copies of a responder: its end says that nobody will answer any more.
class PendingAnswer::Ticket
{
public:
    explicit Ticket(std::shared_ptr<State> state) : _state(std::move(state)) {}
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket()
    {
        const std::lock_guard lock(_state->mutex);
        _state->forgotten = true;
        _state->changed.notify_all();
    }

    void answer(http::ApiResponse response) const
    {
        const std::lock_guard lock(_state->mutex);
        if (_state->answer)
            return;
        _state->answer = std::move(response);
        _state->changed.notify_all();
    }

private:
    std::shared_ptr<State> _state;
};

PendingAnswer::PendingAnswer() : _state(std::make_shared<State>()) {}

http::Responder PendingAnswer::responder() const
{
    return [ticket = std::make_shared<const Ticket>(_state)](http::ApiResponse response) {
        ticket->answer(std::move(response));
    };
}

std::optional<http::ApiResponse> PendingAnswer::wait(std::chrono::steady_clock::time_point until,
                                                     const std::atomic<bool>& aborted)
{
    constexpr auto slice = 100ms; // how soon a waiter sees that the server gives up
    std::unique_lock lock(_state->mutex);
    for (auto now = std::chrono::steady_clock::now(); now < until && !aborted;
         now = std::chrono::steady_clock::now()) {
        if (_state->answer || _state->forgotten)
            break;
        _state->changed.wait_until(lock, std::min(until, now + slice));
    }
    return _state->answer;
}

bool PendingAnswer::forgotten() const
{
    const std::lock_guard lock(_state->mutex);
    return _state->forgotten && !_state->answer;
}

} // namespace waymark::httpapi

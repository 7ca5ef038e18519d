#include "server/PendingAnswer.h"

#include <mutex>
#include <optional>
#include <utility>

namespace waymark::httpapi
{

struct PendingAnswer::State
{
    State(std::weak_ptr<Mailbox> mailbox, ConnectionId id) : front(std::move(mailbox)), connection(id) {}

    void answer(http::ApiResponse response)
    {
        settle([&] { given = std::move(response); });
    }
    void forget()
    {
        settle([this] { forgotten = true; });
    }

    template <class Change>
    void settle(const Change& change)
    {
        {
            const std::lock_guard lock(mutex);
            if (isReady())
                return;
            change();
            if (!parked)
                return;
        }
        if (const auto mailbox = front.lock())
            mailbox->post(connection);
    }
    bool isReady() const { return given.has_value() || forgotten; }

    const std::weak_ptr<Mailbox> front;
    const ConnectionId connection;
    std::mutex mutex;
    std::optional<http::ApiResponse> given;
    bool forgotten = false;
    bool parked = false;
};

/// Shared by the copies of a responder: its end says that nobody will answer any more.
class PendingAnswer::Ticket
{
public:
    explicit Ticket(std::shared_ptr<State> state) : _state(std::move(state)) {}
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() { _state->forget(); }

    void answer(http::ApiResponse response) const { _state->answer(std::move(response)); }

private:
    std::shared_ptr<State> _state;
};

PendingAnswer::PendingAnswer(std::weak_ptr<Mailbox> front, ConnectionId connection)
    : _state(std::make_shared<State>(std::move(front), connection))
{
}

http::Responder PendingAnswer::responder() const
{
    return [ticket = std::make_shared<const Ticket>(_state)](http::ApiResponse response) {
        ticket->answer(std::move(response));
    };
}

bool PendingAnswer::ready() const
{
    const std::lock_guard lock(_state->mutex);
    return _state->isReady();
}

bool PendingAnswer::park()
{
    const std::lock_guard lock(_state->mutex);
    if (_state->isReady())
        return false;
    _state->parked = true;
    return true;
}

void PendingAnswer::expire()
{
    auto answer =
        http::ApiResponse::error(504, "the answer did not come in time; whether the change happened "
                                      "is open, so look before trying again");
    const std::lock_guard lock(_state->mutex);
    if (!_state->isReady())
        _state->given = std::move(answer);
}

http::ApiResponse PendingAnswer::take()
{
    const std::lock_guard lock(_state->mutex);
    if (!_state->given)
        return http::ApiResponse::error(503, "the service is stopping or too busy; try again")
            .header("Retry-After", "1");
    return *std::exchange(_state->given, http::ApiResponse::json(500, "{}"));
}

} // namespace waymark::httpapi

#pragma once

#include "server/Mailbox.h"

#include <waymark/http/ApiResponse.h>

#include <memory>
#include <utility>

namespace waymark::httpapi
{

/// An answer that a handler gives later, and how its connection learns of it. Any thread.
class PendingAnswer
{
public:
    PendingAnswer(std::weak_ptr<Mailbox> front, ConnectionId connection);

    /// For the handler; the first call of any copy counts, also after this object is gone.
    http::Responder responder() const;

    /// True when the answer is there, or nobody is left who could give it.
    bool ready() const;
    /// False when it is ready; else the connection is posted when it is.
    bool park();
    /// Holds this as long as the answer is waited for.
    void keep(std::shared_ptr<void> client) noexcept { _client = std::move(client); }
    /// True when it may be long, so that the client's leaving matters.
    bool isPatient() const noexcept { return _client != nullptr; }
    /// Time is up: answers 504, unless an answer is there.
    void expire();
    /// The answer, once it is ready; 503 when it was forgotten.
    http::ApiResponse take();

private:
    struct State;
    class Ticket;
    std::shared_ptr<State> _state;
    std::shared_ptr<void> _client;
};

} // namespace waymark::httpapi

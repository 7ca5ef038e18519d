#pragma once

#include <waymark/http/ApiResponse.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

namespace waymark::httpapi
{

/// An answer that a handler gives later, and the thread that waits for it.
class PendingAnswer
{
public:
    PendingAnswer();

    /// For the handler; the first call of any copy counts.
    http::Responder responder() const;

    /// Waits until the answer is there. Nothing when time is up, when `aborted` becomes true, or when every
    /// copy of the responder is gone without an answer. The caller drops its own copy before.
    std::optional<http::ApiResponse> wait(std::chrono::steady_clock::time_point until,
                                          const std::atomic<bool>& aborted);
    /// True when nobody is left who could answer.
    bool forgotten() const;

private:
    struct State;
    class Ticket;
    std::shared_ptr<State> _state;
};

} // namespace waymark::httpapi

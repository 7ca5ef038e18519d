#pragma once

#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace waymark::soak
{

/// What one client knows of one peer: what was acknowledged, and what may be instead because a request of its
/// had no answer.
struct Account
{
    static constexpr std::size_t longestHistory = 12;

    using State = std::optional<node::NodeEndpoint>; ///< nothing: not registered

    node::PublicKey key;
    State acknowledged;
    std::optional<State> unanswered;
    std::deque<std::string> history;
    /// A request without an answer may still be on its way into the bootnode until then: leave the peer
    /// alone.
    std::chrono::steady_clock::time_point restUntil{};

    /// Whether the bootnode may say so.
    bool allows(const State& seen) const
    {
        return seen == acknowledged || (unanswered && *unanswered == seen);
    }

    /// An answer: from now on it is so.
    void settle(State state)
    {
        acknowledged = std::move(state);
        unanswered.reset();
    }

    /// What was asked and answered last, for the message of a violation.
    void note(std::string what)
    {
        history.push_back(std::move(what));
        if (history.size() > longestHistory)
            history.pop_front();
    }

    bool isCertain() const noexcept { return !unanswered.has_value(); }
};

/// The accounts of one client; no other client touches these peers.
using Ledger = std::vector<Account>;

/// Accounts of `count` peers with keys from `firstKey` on.
Ledger openLedger(std::uint64_t firstKey, std::size_t count);

} // namespace waymark::soak

#pragma once

#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace waymark::soak
{

/// What one client knows of one peer: what was acknowledged, and what may be instead because a request of its
/// had no answer. A refused one changed nothing, with the gap that registry-sqlite documents: what was
/// refused because the disk failed may be there in a later life of the bootnode. Lives are counted from 0.
struct Account
{
    static constexpr std::size_t longestHistory = 12;

    using State = std::optional<node::NodeEndpoint>; ///< nothing: not registered

    struct Refused
    {
        State wanted;
        std::uint64_t life = 0;
    };

    node::PublicKey key;
    State acknowledged;
    std::optional<State> unanswered;
    std::vector<Refused> refused; ///< because the disk failed
    std::deque<std::string> history;
    /// A request without an answer may still be on its way into the bootnode until then: leave the peer
    /// alone.
    std::chrono::steady_clock::time_point restUntil{};

    /// Whether the bootnode may say so in that life.
    bool allows(const State& seen, std::uint64_t life) const
    {
        return seen == acknowledged || (unanswered && *unanswered == seen) ||
               std::ranges::any_of(
                   refused, [&](const Refused& write) { return write.life < life && write.wanted == seen; });
    }

    /// An answer: from now on it is so.
    void settle(State state)
    {
        acknowledged = std::move(state);
        unanswered.reset();
        refused.clear();
    }

    /// What was asked and answered last, for the message of a violation.
    void note(std::string what)
    {
        history.push_back(std::move(what));
        if (history.size() > longestHistory)
            history.pop_front();
    }

    /// Whether there is one state only that it may have in that life.
    bool isCertain(std::uint64_t life) const noexcept
    {
        return !unanswered &&
               std::ranges::none_of(refused, [&](const Refused& write) { return write.life < life; });
    }
};

/// The accounts of one client; no other client touches these peers.
using Ledger = std::vector<Account>;

/// Accounts of `count` peers with keys from `firstKey` on.
Ledger openLedger(std::uint64_t firstKey, std::size_t count);

} // namespace waymark::soak

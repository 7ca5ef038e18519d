#pragma once

#include "client/Answers.h"
#include "client/ClientPort.h"
#include "client/Failure.h"
#include "wire/Message.h"

#include <waymark/base/Clock.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace waymark::discv4::client
{

/// One question of NodeClient, and how far it is.
struct Request
{
    enum class Kind : std::uint8_t
    {
        ping,
        findNode,
        record
    };
    enum class Step : std::uint8_t
    {
        queued,    ///< another FINDNODE is at the same node
        bonding,   ///< a PING is out; all that ping() does
        proving,   ///< the PONG came, the node may send a PING now
        asking,    ///< the question is out
        collecting ///< a first NEIGHBORS came
    };
    using Done = std::variant<std::function<void(const Answer<PongAnswer>&)>,
                              std::function<void(const Answer<NeighborsAnswer>&)>,
                              std::function<void(const Answer<RecordAnswer>&)>>;

    wire::Neighbor node;
    Duration patience{};
    Done done;
    node::PublicKey target{}; ///< of a FINDNODE

    Step step = Step::queued;
    unsigned bondsLeft = 1; ///< PINGs that may be sent yet
    unsigned asksLeft = 1;  ///< and questions
    node::Hash256 hash{};   ///< of the last packet that asked
    MonotonicTime sentAt{};
    MonotonicTime deadline = MonotonicTime::max();
    NeighborsAnswer found{};
    std::optional<Failure> failure{}; ///< known before the next poll()
    bool sawPing = false;             ///< the node sent a PING in the meantime
    std::string hint{};               ///< why an answer was none

    /// In the order of the completions.
    Kind kind() const noexcept { return static_cast<Kind>(done.index()); }
    /// The next poll() ends it.
    void reject(const ClientPort::Rejection& rejection, MonotonicTime now);
    void fail(Failure&& why) const;
    template <class Value>
    void succeed(Value value) const
    {
        std::get<std::function<void(const Answer<Value>&)>>(done)(Answer<Value>(std::move(value)));
    }
    /// What happened when the time for a step is over.
    Failure silence() const;
};

} // namespace waymark::discv4::client

#pragma once

#include "commands/probe/Check.h"
#include "commands/probe/Party.h"
#include "wire/Message.h"

#include <waymark/base/Clock.h>
#include <waymark/base/Random.h>
#include <waymark/base/Result.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace waymark::discv4::probe
{

struct SessionOptions
{
    Duration timeout = std::chrono::seconds(1);        ///< how long an answer is waited for
    Duration silence = std::chrono::milliseconds(500); ///< how long nothing may come where nothing is to come
    Duration interval = std::chrono::milliseconds(20); ///< between two packets
    std::optional<node::IpAddress> secondAddress{};    ///< of this machine
};

/// The whole is to end now.
class Interrupted : public std::runtime_error
{
public:
    Interrupted() : std::runtime_error("interrupted") {}
};

/// There is no socket to ask with.
class NoSocket : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// One node under examination, and those that examine it. Packets leave one at a time with a pause between,
/// so that ordinary limits are not met. Its functions throw Interrupted and NoSocket. One thread.
class Session
{
public:
    /// Waits until a descriptor (-1: none) can be read or so long; false when the whole is to end.
    using Wait = Party::Wait;

    Session(const wire::Neighbor& target, const SessionOptions& options, const Clock& clock, Wait wait);

    const wire::Neighbor& target() const noexcept { return _target; }
    const SessionOptions& options() const noexcept { return _options; }
    bool isOnLoopback() const noexcept;
    /// An address of this machine other than the one that is used, if there is one.
    const std::optional<node::IpAddress>& secondAddress() const noexcept { return _second; }

    /// PINGs it for the first time. `unavailable` when it is not there, and what to check.
    Result<void> begin();

    /// A node that the target has not met.
    std::unique_ptr<Party> stranger();
    /// A node that is at two addresses, with one key. There must be a second address.
    struct Twins
    {
        std::unique_ptr<Party> first;
        std::unique_ptr<Party> second;
    };
    Twins twins();
    node::SecretKey freshKey() { return node::SecretKey::generate(_random); }
    node::PublicKey randomTarget();

    /// PINGs as a stranger, and gives the hash of the PING that comes back. It is not answered.
    struct Pinged
    {
        std::unique_ptr<Party> party;
        node::Hash256 hash{};
    };
    /// Up to three strangers try; nothing when none is pinged back.
    std::optional<Pinged> pingedBack();
    struct Bond
    {
        bool ponged = false; ///< its PING was answered
        bool pinged = false; ///< it was asked for a proof, and gave it
    };
    /// PING, PONG, and the answer to the PING back, if one comes before a silence, and later on.
    Bond bond(Party& party);
    /// A stranger whose PING was answered, and that gave whatever proof it was asked for; or nothing.
    std::unique_ptr<Party> bonded();
    /// Keeps nodes bonded for the rest of the session, so that there is somebody to be told of; how many
    /// there are.
    std::size_t populate();

    /// Makes a pause, so that what is sent next keeps the interval.
    void pace();
    /// What comes while nothing is sent.
    std::vector<Heard> listen(Party& party, Duration patience, const Party::Enough& enough = {});

    /// Sends a packet up to three times, each time made anew, until what comes is signed by the node and
    /// satisfies `isAnswer`, which is given the hash that was sent; the answer.
    using Make = std::function<Bytes()>;
    using IsAnswer = std::function<bool(const Heard&, const node::Hash256&)>;
    std::optional<Heard> ask(Party& party, const Make& make, const IsAnswer& isAnswer);
    /// The PONG to a PING that is made like this.
    std::optional<Heard> pongTo(Party& party, const Make& make);
    /// That PING must be answered.
    Finding mustAnswer(Party& party, const Make& make);

    /// Sends a packet twice, each time made anew. Only what is tolerated may come in the time of a
    /// silence, and the node must answer others afterwards: a dead one is silent, too.
    using Tolerates = std::function<bool(const Heard&)>;
    Finding mustBeSilent(Party& party, const Make& make, const Tolerates& tolerates = {});

    /// Whether a node that it knows is answered.
    bool isAlive();

    /// The answers to three questions for the closest nodes, each asked by a node of its own, so that a late
    /// answer to one is not taken for that to another. Asked once.
    struct Answer
    {
        std::vector<Heard> packets;
        std::vector<wire::Neighbor> nodes;
    };
    const std::vector<Answer>& neighbors();
    /// The answer to an ENRRequest, asked once, with the hashes of those that were sent.
    struct RecordAnswer
    {
        Heard response;
        std::vector<node::Hash256> requests;
    };
    const std::optional<RecordAnswer>& record();
    /// The first PONG, to whatever PING.
    const std::optional<Heard>& firstPong() const noexcept { return _firstPong; }
    /// Whether that answers one of the PINGs that had been sent.
    bool answersFirstPings(const wire::Pong& pong) const { return _control->answersOneOf(pong, _firstPings); }
    const Party& control() const noexcept { return *_control; }

private:
    std::unique_ptr<Party> open(node::SecretKey key, const node::IpAddress& from);
    std::optional<Heard> askAnybody(Party& party, const Make& make, const IsAnswer& isAnswer);
    bool isOfTarget(const Heard& heard) const { return heard.sender == _target.key; }
    Answer gather();

    wire::Neighbor _target;
    SessionOptions _options;
    const Clock& _clock;
    Wait _wait;
    SystemRandom _random;
    node::IpAddress _from;
    std::optional<node::IpAddress> _second;
    std::optional<MonotonicTime> _lastSent;
    std::unique_ptr<Party> _control; ///< bonded, and pinged to see whether the node lives
    std::optional<Heard> _firstPong;
    std::size_t _firstPings = 0; ///< how many were sent until it came
    std::vector<std::unique_ptr<Party>> _population;
    std::optional<std::vector<Answer>> _neighbors;
    bool _askedRecord = false;
    std::optional<RecordAnswer> _record;
};

} // namespace waymark::discv4::probe

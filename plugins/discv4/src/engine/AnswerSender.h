#pragma once

#include "engine/Sender.h"
#include "engine/SignedAnswers.h"

#include <array>
#include <atomic>
#include <memory>
#include <span>
#include <vector>

namespace waymark::discv4::engine
{

/// The way of answers to FINDNODE: as they were signed a moment ago (SignedAnswers), or signed now.
///
/// The other answers cannot be sent twice: PONG and ENRResponse carry the hash of the packet that they
/// answer, which no two packets share.
///
/// Each worker of each family has signed answers of its own, so that none waits for another; whoever comes
/// while they are in use signs without them. Any thread.
class AnswerSender
{
public:
    AnswerSender(const Environment& environment, const Parameters& parameters, const Sender& sender,
                 const PacketMetrics& metrics);

    struct Recipient
    {
        const node::Hash256& who; ///< its node id
        Sender::Route route;
        unsigned worker;        ///< that its question came to
        std::uint64_t earliest; ///< what its answer's expiration is at least
    };
    /// Any number of nodes up to k, in as many datagrams as it takes; an empty list takes one.
    void send(const Recipient& recipient, std::span<const wire::Neighbor> nodes,
              net::DatagramSink& sink) const;

private:
    struct Desk
    {
        Desk(std::uint64_t seed, std::size_t bytes) : answers(seed, bytes) {}
        std::atomic<bool> isTaken{false};
        SignedAnswers answers;
    };
    bool sendFrom(SignedAnswers& answers, const Recipient& recipient, std::span<const wire::Neighbor> nodes,
                  net::DatagramSink& sink) const;

    const Sender& _sender;
    const PacketMetrics& _metrics;
    std::array<std::vector<std::unique_ptr<Desk>>, 2> _desks; ///< by family and worker
};

} // namespace waymark::discv4::engine

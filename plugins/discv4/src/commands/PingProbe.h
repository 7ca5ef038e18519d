#pragma once

#include "wire/Encode.h"
#include "wire/Message.h"

#include <waymark/base/Clock.h>
#include <waymark/base/Result.h>

#include <Poco/Net/DatagramSocket.h>

#include <memory>
#include <optional>

namespace waymark::discv4
{

/// Pings one node from a socket and a key of its own. One thread.
class PingProbe
{
public:
    struct Answer
    {
        Duration roundTrip;
        std::optional<std::uint64_t> enrSeq;
    };

    /// Binds a free port. `io` when the system refuses.
    static Result<std::unique_ptr<PingProbe>> open(const wire::Neighbor& target);

    /// Sends one PING and waits for its PONG, answering pings of the node meanwhile; nothing when the time is
    /// over. Pings leave in different seconds, so that no two are the same.
    Result<std::optional<Answer>> ping(Duration patience);

private:
    explicit PingProbe(const wire::Neighbor& target);
    void send(ByteView packet);
    void awaitNewSecond();
    std::optional<Answer> receive(const node::Hash256& pingHash, MonotonicTime sentAt, MonotonicTime until);
    std::optional<Answer> look(ByteView datagram, const node::Hash256& pingHash, MonotonicTime sentAt);

    SystemClock _clock;
    node::SecretKey _key;
    wire::Neighbor _target;
    wire::Encoder _encoder;
    Poco::Net::DatagramSocket _socket;
    std::uint64_t _lastSecond = 0;
};

} // namespace waymark::discv4

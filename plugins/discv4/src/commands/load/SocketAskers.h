#pragma once

#include "commands/load/Askers.h"
#include "commands/load/Identity.h"

#include <waymark/base/Result.h>
#include <waymark/toolkit/Interruption.h>

#include <memory>
#include <vector>

namespace waymark::discv4::load
{

/// Askers with a socket each. receive() sleeps until a datagram or its time comes, or an interruption.
class SocketAskers final : public Askers
{
public:
    /// `identities` of them, who on IPv4 loopback ask from `addresses` addresses in turn. `io` when the
    /// system does not give so many sockets.
    static Result<std::unique_ptr<SocketAskers>> open(const node::Endpoint& target, std::size_t identities,
                                                      std::size_t addresses,
                                                      const toolkit::Interruption& interruption);
    ~SocketAskers() override;
    SocketAskers(const SocketAskers&) = delete;
    SocketAskers& operator=(const SocketAskers&) = delete;

    std::size_t size() const noexcept override { return _identities.size(); }
    const node::Endpoint& endpoint(std::size_t asker) const noexcept override
    {
        return _identities[asker]->endpoint();
    }
    const wire::Encoder& encoder(std::size_t asker) const noexcept override
    {
        return _identities[asker]->encoder();
    }
    bool send(std::size_t asker, ByteView packet) noexcept override
    {
        return _identities[asker]->send(packet);
    }
    void receive(MonotonicTime until, const Receiver& receiver) override;

private:
    SocketAskers() = default;

    Result<void> openPoll(const toolkit::Interruption& interruption);
    Result<void> add(const node::Endpoint& target, const node::IpAddress& from);
    Result<void> watch(int descriptor, std::uint64_t tag);
    void drain(std::size_t asker, const Receiver& receiver);

    int _poll = -1;
    int _timer = -1;
    std::vector<std::unique_ptr<Identity>> _identities;
};

} // namespace waymark::discv4::load

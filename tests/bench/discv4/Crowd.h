#pragma once

#include "commands/load/Askers.h"
#include "discv4/LoopbackSocket.h"

#include <waymark/node/Key.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace waymark::bench
{

/// Askers that share a socket, each at an address in a /24 of its own, so that no limit of a network is met.
/// receive() never sleeps: a generator that does makes every server look slower. One thread.
class Crowd final : public discv4::load::Askers
{
public:
    explicit Crowd(std::size_t size);

    /// Whom they talk to from now on: nobody else is heard, and now and then it is looked whether an answer
    /// is signed with that key.
    void aim(const node::Endpoint& target, const node::PublicKey& key);
    /// How many answers were looked at in this way; receive() throws std::runtime_error for one that is not.
    std::uint64_t verified() const noexcept { return _verified; }
    /// Called at every receive(), for what is to be sent besides.
    void setAside(std::function<void()> aside) { _aside = std::move(aside); }
    std::uint16_t port() const noexcept { return _socket.port(); }

    std::size_t size() const noexcept override { return _members.size(); }
    const node::Endpoint& endpoint(std::size_t asker) const noexcept override
    {
        return _members[asker]->endpoint;
    }
    const discv4::wire::Encoder& encoder(std::size_t asker) const noexcept override
    {
        return _members[asker]->encoder;
    }
    bool send(std::size_t asker, ByteView packet) noexcept override
    {
        return _socket.queue(_members[asker]->endpoint.ip, _target, packet);
    }
    void receive(MonotonicTime until, const Receiver& receiver) override;

private:
    struct Member
    {
        Member(node::SecretKey secret, const node::Endpoint& at);

        node::SecretKey key;
        discv4::wire::Encoder encoder;
        node::Endpoint endpoint;
    };

    LoopbackSocket _socket;
    void check(ByteView datagram);

    node::Endpoint _target;
    node::PublicKey _key;
    std::uint64_t _heard = 0;
    std::uint64_t _verified = 0;
    std::vector<std::unique_ptr<Member>> _members;
    std::function<void()> _aside;
};

} // namespace waymark::bench

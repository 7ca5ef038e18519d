#include "discv4/Crowd.h"

#include "commands/load/Loopback.h"
#include "wire/Frame.h"

#include <waymark/base/Random.h>

#include <stdexcept>
#include <utility>

namespace waymark::bench
{

Crowd::Member::Member(node::SecretKey secret, const node::Endpoint& at)
    : key(std::move(secret)),
      encoder([this](const node::Hash256& digest) { return key.sign(digest); }),
      endpoint(at)
{
}

Crowd::Crowd(std::size_t size)
{
    SystemRandom random;
    for (std::size_t i = 0; i < size; ++i)
        _members.push_back(
            std::make_unique<Member>(node::SecretKey::generate(random),
                                     node::Endpoint{discv4::load::loopbackAddress(i), _socket.port()}));
}

void Crowd::aim(const node::Endpoint& target, const node::PublicKey& key)
{
    _target = target;
    _key = key;
    // What another one sent from there before.
    bool isEmpty = false;
    while (!std::exchange(isEmpty, true))
        _socket.receive([&](auto&&...) { isEmpty = false; });
}

void Crowd::receive(MonotonicTime, const Receiver& receiver)
{
    if (_aside)
        _aside();
    _socket.flush();
    _socket.receive([&](const node::IpAddress& local, const node::Endpoint& remote, ByteView datagram) {
        if (remote != _target)
            return;
        check(datagram);
        const auto ip = local.bytes();
        const std::size_t asker = std::size_t{ip[1]} << 8U | ip[2];
        if (asker < _members.size() && _members[asker]->endpoint.ip == local)
            receiver(asker, datagram);
    });
}

/// All of them would take as long as the node took to sign them.
void Crowd::check(ByteView datagram)
{
    constexpr std::uint64_t sample = 64;
    if (_heard++ % sample != 0)
        return;
    const auto frame = discv4::wire::Frame::parse(datagram);
    if (!frame || frame->recoverSender() != _key)
        throw std::runtime_error("an answer of the daemon is damaged, or signed with another key");
    ++_verified;
}

} // namespace waymark::bench

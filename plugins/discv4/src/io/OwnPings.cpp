#include "io/OwnPings.h"

#include <algorithm>

namespace waymark::discv4::io
{

void OwnPings::prepare(Random& random)
{
    if (_key)
        return;
    _key = node::SecretKey::generate(random);
    _signer = _key->publicKey();
}

void OwnPings::add(const node::Hash256& hash)
{
    const std::lock_guard lock(_mutex);
    _pings.try_emplace(hash);
    _count = _pings.size();
}

void OwnPings::remove(const node::Hash256& hash) noexcept
{
    const std::lock_guard lock(_mutex);
    _pings.erase(hash);
    _count = _pings.size();
}

bool OwnPings::contains(ByteView datagram) const noexcept
{
    node::Hash256 hash{};
    if (_count == 0 || datagram.size() < hash.size())
        return false;
    std::ranges::copy(datagram.first(hash.size()), hash.begin());
    const std::lock_guard lock(_mutex);
    return _pings.contains(hash);
}

void OwnPings::received(const node::Hash256& hash, unsigned worker) noexcept
{
    const std::lock_guard lock(_mutex);
    if (const auto found = _pings.find(hash); found != _pings.end())
        found->second = worker;
}

std::optional<unsigned> OwnPings::workerOf(const node::Hash256& hash) const noexcept
{
    const std::lock_guard lock(_mutex);
    const auto found = _pings.find(hash);
    return found != _pings.end() ? found->second : std::nullopt;
}

} // namespace waymark::discv4::io

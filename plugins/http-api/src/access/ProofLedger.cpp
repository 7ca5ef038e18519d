#include "access/ProofLedger.h"

#include <algorithm>

namespace waymark::httpapi
{

ProofLedger::Entry ProofLedger::take(const node::Hash256& digest, std::uint64_t expires, std::uint64_t now,
                                     const node::IpAddress& address)
{
    const std::lock_guard lock(_mutex);
    forgetUntil(now);
    if (expires <= now || expires <= _forgotten || _used.contains({expires, digest}))
        return Entry::used;
    // Memory first: where it is missing, no proof is remembered without being counted.
    const auto count = _ofAddress.try_emplace(address, 0).first;
    if (_used.size() >= _most || count->second >= _mostOfAddress) {
        if (count->second == 0)
            _ofAddress.erase(count);
        return Entry::full;
    }
    _used.try_emplace({expires, digest}, address);
    ++count->second;
    return Entry::taken;
}

std::uint64_t ProofLedger::untilNextForgotten(std::uint64_t now) const
{
    const std::lock_guard lock(_mutex);
    if (_used.empty())
        return 0;
    const std::uint64_t expires = _used.begin()->first.first;
    return expires > now ? expires - now : 0;
}

std::size_t ProofLedger::size() const
{
    const std::lock_guard lock(_mutex);
    return _used.size();
}

void ProofLedger::forgetUntil(std::uint64_t now)
{
    while (!_used.empty() && _used.begin()->first.first <= now) {
        _forgotten = std::max(_forgotten, _used.begin()->first.first);
        const auto count = _ofAddress.find(_used.begin()->second);
        if (--count->second == 0)
            _ofAddress.erase(count);
        _used.erase(_used.begin());
    }
}

} // namespace waymark::httpapi

#include "access/ProofLedger.h"

#include <algorithm>

namespace waymark::httpapi
{

ProofLedger::Entry ProofLedger::take(const node::Hash256& digest, std::uint64_t expires, std::uint64_t now,
                                     const node::IpAddress& address)
{
    const std::lock_guard lock(_mutex);
    forgetUntil(now);
    if (expires <= _latest || _used.contains({expires, digest}))
        return Entry::used;
    const auto known = _ofAddress.find(address);
    if (_used.size() >= _most || (known != _ofAddress.end() && known->second >= _mostOfAddress))
        return Entry::full;
    _used.try_emplace({expires, digest}, address);
    ++_ofAddress[address];
    return Entry::taken;
}

std::size_t ProofLedger::size() const
{
    const std::lock_guard lock(_mutex);
    return _used.size();
}

void ProofLedger::forgetUntil(std::uint64_t now)
{
    _latest = std::max(_latest, now);
    while (!_used.empty() && _used.begin()->first.first <= _latest) {
        const auto count = _ofAddress.find(_used.begin()->second);
        if (--count->second == 0)
            _ofAddress.erase(count);
        _used.erase(_used.begin());
    }
}

} // namespace waymark::httpapi

#pragma once

#include <waymark/base/Clock.h>
#include <waymark/node/PeerId.h>

#include <cstddef>
#include <functional>
#include <set>

namespace waymark::registry
{

/// When leases end, the soonest first: an entry for each claim that has one. It names the peer, whose id lies
/// where it is until its last entry is erased; the peer's claims say which of them is over.
class LeaseEnds
{
public:
    struct End
    {
        MonotonicTime at;
        const node::PeerId* peer;

        friend bool operator<(const End& left, const End& right) noexcept
        {
            return left.at != right.at ? left.at < right.at : std::less<>()(left.peer, right.peer);
        }
    };

    void insert(End end) { _ends.insert(end); }
    void erase(End end)
    {
        const auto found = _ends.find(end);
        if (found != _ends.end())
            _ends.erase(found);
    }

    std::size_t size() const noexcept { return _ends.size(); }
    bool isDue(MonotonicTime now) const noexcept { return !_ends.empty() && _ends.begin()->at <= now; }

    auto begin() const noexcept { return _ends.begin(); }
    auto end() const noexcept { return _ends.end(); }
    auto after(const End& end) const { return _ends.upper_bound(end); }

private:
    std::multiset<End> _ends;
};

} // namespace waymark::registry

#pragma once

#include "registry/table/BlockPool.h"
#include "registry/table/OrderedPages.h"

#include <waymark/base/Clock.h>

#include <compare>
#include <cstddef>

namespace waymark::registry
{

/// When leases end, the soonest first: an entry for each claim that has one. It names the block where the
/// peer's claims are, which say which of them is over.
class LeaseEnds
{
public:
    struct End
    {
        MonotonicTime at;
        table::BlockPool::Handle block = 0;

        friend auto operator<=>(const End&, const End&) noexcept = default;
    };
    using Place = table::OrderedPages<End>::Place;

    /// Throws bad_alloc; then nothing changed.
    void insert(End end) { _ends.insert(from(end), end); }
    /// One that is there.
    void erase(End end) noexcept { _ends.erase(from(end)); }

    std::size_t size() const noexcept { return _ends.size(); }
    std::size_t bytes() const noexcept { return _ends.bytes(); }
    bool isDue(MonotonicTime now) const noexcept { return !_ends.empty() && _ends.at(begin()).at <= now; }

    Place begin() const noexcept { return _ends.begin(); }
    Place after(End end) const noexcept
    {
        return _ends.behind([&](const End& other) { return other <= end; });
    }
    Place next(Place place) const noexcept { return _ends.next(place); }
    /// Null behind the last.
    const End* at(Place place) const noexcept { return _ends.isEnd(place) ? nullptr : &_ends.at(place); }

private:
    Place from(End end) const noexcept
    {
        return _ends.behind([&](const End& other) { return other < end; });
    }

    table::OrderedPages<End> _ends;
};

} // namespace waymark::registry

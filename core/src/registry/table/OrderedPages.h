#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace waymark::registry::table
{

/// Small entries in an order that the caller knows, as a B+tree of two levels: pages of 2 KiB, which are on
/// average seven tenths full after inserts in no order and full after inserts at the end, and one list of
/// them. A million entries of 8 bytes are 6,000 pages, whose list moves in two microseconds when a page is
/// split, once in a hundred inserts.
///
/// A place means something until the next change. One thread writes; nobody reads meanwhile.
template <class Entry>
class OrderedPages
{
    static_assert(std::is_trivially_copyable_v<Entry>);

public:
    static constexpr std::size_t pageBytes = 2048;
    static constexpr std::size_t capacity = (pageBytes - sizeof(std::uint64_t)) / sizeof(Entry);

    /// Where an entry is, or the end.
    struct Place
    {
        std::size_t page = 0;
        std::size_t at = 0;

        friend bool operator==(const Place&, const Place&) noexcept = default;
    };

    std::size_t size() const noexcept { return _size; }
    bool empty() const noexcept { return _size == 0; }
    Place begin() const noexcept { return {}; }
    bool isEnd(Place place) const noexcept { return place.page == _pages.size(); }
    Place next(Place place) const noexcept
    {
        return ++place.at < _pages[place.page].page->size ? place : Place{place.page + 1, 0};
    }
    const Entry& at(Place place) const noexcept { return _pages[place.page].page->entries[place.at]; }

    /// Behind all entries that come before something: `isBefore` is true for the first ones and false for the
    /// others.
    template <class IsBefore>
    Place behind(const IsBefore& isBefore) const
    {
        const auto above = std::ranges::partition_point(_pages, isBefore, &PageRef::first);
        if (above == _pages.begin())
            return begin();
        const auto below = static_cast<std::size_t>(above - _pages.begin()) - 1;
        const Page& page = *_pages[below].page;
        const auto* const begin = page.entries.data();
        const auto* const found = std::partition_point(begin, begin + page.size, isBefore);
        const auto at = static_cast<std::size_t>(found - begin);
        return at < page.size ? Place{below, at} : Place{below + 1, 0};
    }

    /// In front of a place. Throws bad_alloc; then nothing changed.
    void insert(Place place, Entry entry)
    {
        if (place.at == 0 && place.page > 0)
            place = {place.page - 1, _pages[place.page - 1].page->size};
        if (_pages.empty())
            addPage(0);
        else if (_pages[place.page].page->size == capacity)
            place = makeRoom(place);
        PageRef& ref = _pages[place.page];
        Entry* const begin = ref.page->entries.data();
        std::copy_backward(begin + place.at, begin + ref.page->size, begin + ref.page->size + 1);
        begin[place.at] = entry;
        ++ref.page->size;
        ref.first = begin[0];
        ++_size;
    }

    void erase(Place place) noexcept
    {
        PageRef& ref = _pages[place.page];
        Entry* const begin = ref.page->entries.data();
        std::copy(begin + place.at + 1, begin + ref.page->size, begin + place.at);
        --ref.page->size;
        --_size;
        if (ref.page->size == 0) {
            _pages.erase(_pages.begin() + static_cast<std::ptrdiff_t>(place.page));
            return;
        }
        ref.first = begin[0];
        if (ref.page->size < capacity / 4)
            mergeAround(place.page);
    }

    /// With one that belongs in the same place.
    void replace(Place place, Entry entry) noexcept
    {
        PageRef& ref = _pages[place.page];
        ref.page->entries[place.at] = entry;
        ref.first = ref.page->entries[0];
    }

    /// How much memory they take.
    std::size_t bytes() const noexcept
    {
        return _pages.size() * sizeof(Page) + _pages.capacity() * sizeof(PageRef);
    }

private:
    struct Page
    {
        std::uint64_t size = 0;
        std::array<Entry, capacity> entries;
    };
    struct PageRef
    {
        Entry first; ///< a copy, so that a search touches one page
        std::unique_ptr<Page> page;
    };
    /// Two pages that have no more than this together become one: a page that was just made of two is not
    /// split by the next few inserts.
    static constexpr std::size_t mergeUpTo = capacity * 3 / 4;

    void addPage(std::size_t at)
    {
        // Without initialising what will be written anyway.
        PageRef ref{{}, std::unique_ptr<Page>(new Page)};
        _pages.insert(_pages.begin() + static_cast<std::ptrdiff_t>(at), std::move(ref));
    }

    /// Of a full page; where the entry belongs afterwards.
    Place makeRoom(Place place)
    {
        const bool isAtEnd = place.at == capacity && place.page + 1 == _pages.size();
        addPage(place.page + 1);
        if (isAtEnd) // what comes in order fills its pages
            return {place.page + 1, 0};
        constexpr std::size_t half = capacity / 2;
        Page& full = *_pages[place.page].page;
        PageRef& added = _pages[place.page + 1];
        std::copy(full.entries.begin() + half, full.entries.end(), added.page->entries.begin());
        added.page->size = capacity - half;
        added.first = added.page->entries[0];
        full.size = half;
        return place.at <= half ? place : Place{place.page + 1, place.at - half};
    }

    void mergeAround(std::size_t page) noexcept
    {
        if (page + 1 < _pages.size() && merge(page))
            return;
        if (page > 0)
            merge(page - 1);
    }

    /// A page with the one behind it.
    bool merge(std::size_t page) noexcept
    {
        Page& left = *_pages[page].page;
        const Page& right = *_pages[page + 1].page;
        if (left.size + right.size > mergeUpTo)
            return false;
        std::copy_n(right.entries.begin(), right.size,
                    left.entries.begin() + static_cast<std::ptrdiff_t>(left.size));
        left.size += right.size;
        _pages.erase(_pages.begin() + static_cast<std::ptrdiff_t>(page) + 1);
        return true;
    }

    std::vector<PageRef> _pages; ///< in order, none of them empty
    std::size_t _size = 0;
};

} // namespace waymark::registry::table

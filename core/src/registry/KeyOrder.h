#pragma once

#include <waymark/base/Bytes.h>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace waymark::registry
{

/// The order of things by the first 8 bytes of their keys; of those that share them as they came. That is
/// nearly in order of key, which is enough for neighbours to be found fast, and leaves what is ordered where
/// it is.
class KeyOrder
{
public:
    struct Place
    {
        std::uint64_t beginning = 0;
        std::uint32_t at = 0; ///< which of them

        friend auto operator<=>(const Place&, const Place&) noexcept = default;
    };

    /// Of 2^32 things at most; `keyOf` gives a view of the bytes of each one's key.
    template <class Things, class KeyOf>
    KeyOrder(const Things& things, const KeyOf& keyOf)
    {
        _places.reserve(things.size());
        for (const auto& thing : things)
            _places.push_back({beginningOf(keyOf(thing)), static_cast<std::uint32_t>(_places.size())});
        std::ranges::sort(_places);
    }

    auto begin() const noexcept { return _places.begin(); }
    auto end() const noexcept { return _places.end(); }

private:
    static std::uint64_t beginningOf(ByteView key) noexcept
    {
        std::uint64_t beginning = 0;
        for (std::size_t i = 0; i < sizeof beginning; ++i)
            beginning = beginning << 8U | (i < key.size() ? key[i] : Byte{0});
        return beginning;
    }

    std::vector<Place> _places;
};

} // namespace waymark::registry

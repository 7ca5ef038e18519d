#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::registry::table
{

/// Who claims peers: each origin's name once, and how many claims it has. A claim knows its origin by a
/// number, which means that name for as long as there is a claim with it.
class Origins
{
public:
    using Number = std::uint32_t;

    Origins() = default;
    Origins(const Origins& other);
    Origins& operator=(const Origins&) = delete;
    ~Origins() = default;

    /// One more claim of it. Throws bad_alloc; then nothing changed.
    Number hold(std::string_view origin);
    /// One claim less.
    void release(Number origin) noexcept;

    /// Nothing when it claims no peer.
    std::optional<Number> find(std::string_view origin) const noexcept;
    const std::string& name(Number origin) const noexcept { return *_origins[origin].name; }
    std::size_t claims(Number origin) const noexcept { return _origins[origin].claims; }

private:
    struct Origin
    {
        const std::string* name = nullptr; ///< the key in _numbers; null when the number is free
        std::size_t claims = 0;
        std::optional<Number> nextFree; ///< of those that are free
    };

    std::map<std::string, Number, std::less<>> _numbers;
    std::vector<Origin> _origins;
    std::optional<Number> _free;
};

} // namespace waymark::registry::table

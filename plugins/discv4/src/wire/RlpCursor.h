#pragma once

#include <waymark/base/Bytes.h>

#include <cstdint>
#include <optional>

namespace waymark::discv4::wire
{

/// Reads RLP items front to back, by the same strict rules as node::rlp::Reader (a test holds the two
/// together), but failing without a message: what strangers send wrong must not cost an allocation.
///
/// Every function returns a value and moves past it, or nothing and stays.
class RlpCursor
{
public:
    explicit RlpCursor(ByteView bytes) noexcept : _rest(bytes) {}

    ByteView rest() const noexcept { return _rest; }
    bool atEnd() const noexcept { return _rest.empty(); }

    /// The payload of a string.
    std::optional<ByteView> string() noexcept;
    /// An unsigned integer of at most 8 bytes without leading zeros.
    std::optional<std::uint64_t> integer() noexcept;
    /// As integer(), but leading zero bytes are tolerated.
    std::optional<std::uint64_t> paddedInteger() noexcept;
    /// A cursor over the items of a list.
    std::optional<RlpCursor> list() noexcept;
    /// The next item whole, prefix included.
    std::optional<ByteView> raw() noexcept;

private:
    struct Item
    {
        bool isList = false;
        std::size_t header = 0;
        std::size_t payload = 0;
    };
    std::optional<Item> next() const noexcept;
    std::optional<Item> longItem(std::size_t lengthBytes, bool isList) const noexcept;
    ByteView take(const Item& item) noexcept;

    ByteView _rest;
};

} // namespace waymark::discv4::wire

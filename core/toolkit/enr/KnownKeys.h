#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Result.h>
#include <waymark/toolkit/Cell.h>

#include <optional>
#include <string_view>

namespace waymark::toolkit::enr
{

/// A key of node records whose values have a type.
struct KnownKey
{
    std::string_view name;
    std::string_view meaning;
    /// The value, or nothing when the item is none.
    std::optional<Cell> (*read)(ByteView item);
    /// From what people write; nullptr where that is only text or bytes.
    Result<Bytes> (*write)(std::string_view text);
};

/// Those of EIP-778, of execution clients, of consensus clients and of others that are met on the network;
/// nullptr for any other.
const KnownKey* knownKey(std::string_view name) noexcept;

} // namespace waymark::toolkit::enr

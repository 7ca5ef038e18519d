#pragma once

#include "base/Secret.h"

#include <waymark/base/Bytes.h>
#include <waymark/base/Result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::node
{

using text::quoted;

/// Bytes as characters; borrowed.
inline std::string_view asText(ByteView bytes) noexcept
{
    return {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()};
}

/// A decimal number from 0 to 65535 without sign, blanks or leading zeros.
Result<std::uint16_t> parsePort(std::string_view text);

/// Whether a text may be a host name: labels of letters, digits, '-' and '_', the last of which is no number,
/// so that it is no IPv4 address with a slip.
bool isHostName(std::string_view text) noexcept;

} // namespace waymark::node

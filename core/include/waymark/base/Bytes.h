#pragma once

#include <waymark/base/Result.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waymark
{

using Byte = std::uint8_t;
using Bytes = std::vector<Byte>;
/// Borrowed bytes; the owner outlives the view.
using ByteView = std::span<const Byte>;
template <std::size_t N>
using FixedBytes = std::array<Byte, N>;

/// Lower-case hex digits without a prefix, two for each byte.
std::string toHex(ByteView bytes);

/// Parses an even number of hex digits of either case; a leading "0x" is allowed.
/// The message of a failure names the position of the first wrong character, counted from 0.
Result<Bytes> fromHex(std::string_view text);

/// As fromHex, but writes exactly `out.size()` bytes; any other length is an error.
Result<void> fromHex(std::string_view text, std::span<Byte> out);

/// base64url without padding (RFC 4648 section 5), as ENR texts use it.
std::string toBase64Url(ByteView bytes);

/// The reverse of toBase64Url; padding, other alphabets, white space and non-zero trailing bits are refused.
Result<Bytes> fromBase64Url(std::string_view text);

/// Overwrites secrets in a way that the compiler does not remove.
void secureWipe(std::span<Byte> secret) noexcept;

/// As above, for text; the string is empty afterwards.
void secureWipe(std::string& secret) noexcept;

/// The bytes of a text, borrowed.
inline ByteView asBytes(std::string_view text) noexcept
{
    return {static_cast<const Byte*>(static_cast<const void*>(text.data())), text.size()};
}

} // namespace waymark

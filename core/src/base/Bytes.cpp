#include <waymark/base/Bytes.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace waymark
{

namespace
{

constexpr std::string_view hexDigits = "0123456789abcdef";

/// Of each letter; below 0 for one that is no digit.
constexpr auto digitValues = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t value = 0; value < hexDigits.size(); ++value) {
        values[static_cast<unsigned char>(hexDigits[value])] = static_cast<std::int8_t>(value);
        values[static_cast<unsigned char>("0123456789ABCDEF"[value])] = static_cast<std::int8_t>(value);
    }
    return values;
}();

constexpr int digitValue(char digit) noexcept
{
    return digitValues[static_cast<unsigned char>(digit)];
}

std::size_t prefixLength(std::string_view text) noexcept
{
    return text.starts_with("0x") || text.starts_with("0X") ? 2 : 0;
}

} // namespace

std::string toHex(ByteView bytes)
{
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const Byte byte : bytes) {
        text.push_back(hexDigits[byte >> 4]);
        text.push_back(hexDigits[byte & 0x0f]);
    }
    return text;
}

Result<Bytes> fromHex(std::string_view text)
{
    const std::size_t digits = text.size() - prefixLength(text);
    if (digits % 2 != 0)
        return failure(ErrorCode::invalidArgument,
                       "an even number of hex digits is needed, there are " + std::to_string(digits));
    Bytes bytes(digits / 2);
    if (auto parsed = fromHex(text, bytes); !parsed)
        return failure(parsed.error());
    return bytes;
}

Result<void> fromHex(std::string_view text, std::span<Byte> out)
{
    const std::size_t start = prefixLength(text);
    const std::size_t digits = text.size() - start;
    if (digits != out.size() * 2)
        return failure(ErrorCode::invalidArgument, std::to_string(out.size() * 2) +
                                                       " hex digits are needed, there are " +
                                                       std::to_string(digits));
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int high = digitValue(text[start + 2 * i]);
        const int low = digitValue(text[start + 2 * i + 1]);
        if (high < 0 || low < 0)
            return failure(ErrorCode::invalidArgument,
                           "character " + std::to_string(start + 2 * i + (high < 0 ? 1 : 2)) +
                               " is no hex digit");
        out[i] = static_cast<Byte>(high * 16 + low);
    }
    return {};
}

std::string toBase64Url(ByteView bytes)
{
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    auto* const out = static_cast<unsigned char*>(static_cast<void*>(text.data()));
    const int written = EVP_EncodeBlock(out, bytes.data(), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(written));
    while (text.ends_with('='))
        text.pop_back();
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

Result<Bytes> fromBase64Url(std::string_view text)
{
    std::string padded(text);
    std::replace(padded.begin(), padded.end(), '-', '+');
    std::replace(padded.begin(), padded.end(), '_', '/');
    padded.append((4 - padded.size() % 4) % 4, '=');
    const std::size_t padding = padded.size() - text.size();
    if (padding == 3)
        return failure(ErrorCode::truncated, "base64url text ends within a byte");
    Bytes bytes(padded.size() / 4 * 3);
    const auto* const in = static_cast<const unsigned char*>(static_cast<const void*>(padded.data()));
    const int decoded = EVP_DecodeBlock(bytes.data(), in, static_cast<int>(padded.size()));
    if (decoded < 0)
        return failure(ErrorCode::invalidArgument, "no base64url text");
    bytes.resize(static_cast<std::size_t>(decoded) - padding);
    // The decoder is lenient (white space, stray bits); only what encodes to the same text was well formed.
    if (toBase64Url(bytes) != text)
        return failure(
            ErrorCode::nonCanonical,
            "the base64url was changed or cut off: it has only A-Z a-z 0-9 - _ and no = at its end");
    return bytes;
}

void secureWipe(std::span<Byte> secret) noexcept
{
    OPENSSL_cleanse(secret.data(), secret.size());
}

void secureWipe(std::string& secret) noexcept
{
    secret.resize(secret.capacity());
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

} // namespace waymark

#include "node/Text.h"

#include <waymark/node/IpNetwork.h>

#include <algorithm>
#include <charconv>

namespace waymark::node
{

namespace
{

/// Whether the bits from `first` on are all zero.
bool zeroFrom(ByteView bytes, std::size_t first) noexcept
{
    for (std::size_t i = first / 8; i < bytes.size(); ++i) {
        const std::size_t skipped = i == first / 8 ? first % 8 : 0;
        if ((bytes[i] & (0xffU >> skipped)) != 0)
            return false;
    }
    return true;
}

Result<std::uint8_t> parsePrefixLength(std::string_view digits, std::size_t bits)
{
    unsigned length = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, length);
    if (error != std::errc() || rest != end || length > bits || (digits.size() > 1 && digits.front() == '0'))
        return failure(ErrorCode::invalidArgument, "the prefix length after '/' must be 0.." +
                                                       std::to_string(bits) + ", not " + quoted(digits));
    return static_cast<std::uint8_t>(length);
}

} // namespace

Result<IpNetwork> IpNetwork::parse(std::string_view text)
{
    const std::size_t slash = text.find('/');
    const auto base = IpAddress::parse(text.substr(0, slash));
    if (!base)
        return failure(base.error());
    const std::size_t bits = base->bytes().size() * 8;
    IpNetwork network;
    network._base = *base;
    network._prefixLength = static_cast<std::uint8_t>(bits);
    if (slash == std::string_view::npos)
        return network;
    const auto length = parsePrefixLength(text.substr(slash + 1), bits);
    if (!length)
        return failure(length.error());
    if (!zeroFrom(base->bytes(), *length))
        return failure(ErrorCode::invalidArgument, "the address has bits behind its prefix of " +
                                                       std::to_string(*length) + " bits; write " +
                                                       base->toString() + " alone for one host");
    network._prefixLength = *length;
    return network;
}

bool IpNetwork::contains(const IpAddress& address) const noexcept
{
    if (address.family() != _base.family())
        return false;
    const ByteView ours = _base.bytes();
    const ByteView theirs = address.bytes();
    const std::size_t whole = _prefixLength / 8;
    if (!std::equal(ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(whole), theirs.begin()))
        return false;
    const unsigned rest = _prefixLength % 8;
    return rest == 0 || ((ours[whole] ^ theirs[whole]) & (0xff00U >> rest) & 0xffU) == 0;
}

IpAddress IpNetwork::last() const noexcept
{
    FixedBytes<16> bytes{};
    const ByteView base = _base.bytes();
    std::ranges::copy(base, bytes.begin());
    for (std::size_t bit = _prefixLength; bit < base.size() * 8; ++bit)
        bytes[bit / 8] = static_cast<Byte>(bytes[bit / 8] | (0x80U >> (bit % 8)));
    // ::/80 ends in what counts as IPv4: its last address of IPv6 is the one before that block.
    constexpr std::uint8_t untilMapped = 80;
    if (_base == IpAddress::anyV6() && _prefixLength == untilMapped)
        bytes[untilMapped / 8 + 1] = 0xfe;
    return IpAddress::fromBytes(ByteView(bytes).first(base.size())).value();
}

std::string IpNetwork::toString() const
{
    return _base.toString() + '/' + std::to_string(_prefixLength);
}

} // namespace waymark::node

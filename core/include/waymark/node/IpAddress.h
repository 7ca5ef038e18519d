#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Result.h>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::node
{

enum class IpFamily : std::uint8_t
{
    v4,
    v6
};

/// How far an address carries, after the special-purpose registries (RFC 6890) and what discv4 relays.
enum class IpScope : std::uint8_t
{
    loopback, ///< 127.0.0.0/8, ::1
    lan,      ///< 10/8, 172.16/12, 192.168/16, 169.254/16, 100.64/10, fc00::/7, fe80::/10
    global,   ///< reachable from anywhere
    special   ///< unspecified, multicast, documentation, reserved: never to be told to anyone
};

/// An IPv4 or IPv6 address as a value of 17 bytes, without zone index. IPv4-mapped IPv6 (::ffff:a.b.c.d)
/// becomes IPv4 when it is made, so that one host has one form.
class IpAddress
{
public:
    /// 0.0.0.0
    constexpr IpAddress() noexcept = default;

    static constexpr IpAddress v4(Byte a, Byte b, Byte c, Byte d) noexcept
    {
        IpAddress address;
        address._bytes[0] = a;
        address._bytes[1] = b;
        address._bytes[2] = c;
        address._bytes[3] = d;
        return address;
    }
    static IpAddress anyV6() noexcept;
    /// 4 or 16 bytes in network order, as packets and ENRs carry them.
    static Result<IpAddress> fromBytes(ByteView bytes);
    /// Dotted quad or RFC 4291 text; no port, no brackets, no zone, no host name.
    static Result<IpAddress> parse(std::string_view text);

    constexpr IpFamily family() const noexcept { return _family; }
    constexpr bool isV4() const noexcept { return _family == IpFamily::v4; }
    constexpr bool isV6() const noexcept { return _family == IpFamily::v6; }
    /// 4 or 16 bytes in network order; borrowed.
    constexpr ByteView bytes() const noexcept { return {_bytes.data(), isV4() ? 4U : 16U}; }
    bool isUnspecified() const noexcept;
    IpScope scope() const noexcept;
    /// RFC 5952 text without brackets.
    std::string toString() const;

    friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) noexcept = default;

private:
    IpFamily _family = IpFamily::v4;
    FixedBytes<16> _bytes{};
};

/// A hash for unordered containers; not keyed, so bound what strangers can put into them.
struct IpAddressHash
{
    std::size_t operator()(const IpAddress& address) const noexcept;
};

} // namespace waymark::node

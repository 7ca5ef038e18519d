#pragma once

#include <waymark/base/Result.h>
#include <waymark/node/IpAddress.h>

#include <string>
#include <string_view>

namespace waymark::node
{

/// A block of addresses in CIDR notation (RFC 4632, RFC 4291). A value.
class IpNetwork
{
public:
    /// "10.0.0.0/8", "2001:db8::/32", or an address alone for just that host. Bits behind the prefix must be
    /// zero: "10.1.0.0/8" is more likely a mistake than a wish.
    static Result<IpNetwork> parse(std::string_view text);

    bool contains(const IpAddress& address) const noexcept;
    /// The lowest and the highest address in it.
    const IpAddress& first() const noexcept { return _base; }
    IpAddress last() const noexcept;
    std::string toString() const;

    friend constexpr auto operator<=>(const IpNetwork&, const IpNetwork&) noexcept = default;

private:
    IpAddress _base;
    std::uint8_t _prefixLength = 0;
};

} // namespace waymark::node

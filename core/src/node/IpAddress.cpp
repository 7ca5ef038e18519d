#include "node/Text.h"

#include <waymark/node/IpAddress.h>

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <functional>
#include <iterator>

namespace waymark::node
{

namespace
{

constexpr FixedBytes<12> mappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/// The first bytes of an address, how many bits of them count, and what the block is.
struct Block
{
    FixedBytes<8> prefix;
    unsigned bits;
    IpScope scope;
};

constexpr auto loopback = IpScope::loopback;
constexpr auto lan = IpScope::lan;
constexpr auto global = IpScope::global;
constexpr auto special = IpScope::special;

/// IANA IPv4 Special-Purpose Address Registry. Whatever is not listed is global.
constexpr Block v4Blocks[] = {
    {{0}, 8, special},             // this network
    {{10}, 8, lan},                // RFC 1918
    {{100, 64}, 10, lan},          // shared address space, RFC 6598
    {{127}, 8, loopback},          // RFC 1122
    {{169, 254}, 16, lan},         // link-local
    {{172, 16}, 12, lan},          // RFC 1918
    {{192, 0, 0}, 24, special},    // protocol assignments
    {{192, 0, 2}, 24, special},    // documentation
    {{192, 31, 196}, 24, special}, // AS112
    {{192, 52, 193}, 24, special}, // AMT
    {{192, 88, 99}, 24, special},  // 6to4 relay anycast
    {{192, 168}, 16, lan},         // RFC 1918
    {{192, 175, 48}, 24, special}, // AS112
    {{198, 18}, 15, special},      // benchmarking
    {{198, 51, 100}, 24, special}, // documentation
    {{203, 0, 113}, 24, special},  // documentation
    {{224}, 4, special},           // multicast
    {{240}, 4, special},           // reserved, broadcast
};

/// IANA IPv6 Special-Purpose Address Registry, first match wins. Of the rest only 2000::/3 is
/// assigned; NAT64's 64:ff9b::/96 leads somewhere only inside the network that translates it.
constexpr Block v6Blocks[] = {
    {{0x20, 0x01}, 23, special},             // protocol assignments, Teredo, ORCHID
    {{0x20, 0x01, 0x0d, 0xb8}, 32, special}, // documentation
    {{0x20, 0x02}, 16, special},             // 6to4
    {{0x3f, 0xff}, 20, special},             // documentation, RFC 9637
    {{0xfc}, 7, lan},                        // unique local
    {{0xfe, 0x80}, 10, lan},                 // link-local
    {{0x20}, 3, global},                     // global unicast
};

bool contains(const Block& block, ByteView address) noexcept
{
    const std::size_t whole = block.bits / 8;
    if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole),
                    block.prefix.begin()))
        return false;
    const unsigned restBits = block.bits % 8;
    return restBits == 0 || (address[whole] ^ block.prefix[whole]) >> (8 - restBits) == 0;
}

IpScope lookUp(std::span<const Block> blocks, ByteView address, IpScope otherwise) noexcept
{
    const auto found =
        std::ranges::find_if(blocks, [&](const Block& block) { return contains(block, address); });
    return found == blocks.end() ? otherwise : found->scope;
}

bool isZero(ByteView bytes) noexcept
{
    return std::ranges::all_of(bytes, [](Byte byte) { return byte == 0; });
}

} // namespace

IpAddress IpAddress::anyV6() noexcept
{
    IpAddress address;
    address._family = IpFamily::v6;
    return address;
}

Result<IpAddress> IpAddress::fromBytes(ByteView bytes)
{
    IpAddress address;
    if (bytes.size() == 16 && std::ranges::equal(bytes.first(mappedPrefix.size()), mappedPrefix))
        bytes = bytes.subspan(mappedPrefix.size());
    if (bytes.size() == 16)
        address._family = IpFamily::v6;
    else if (bytes.size() != 4)
        return failure(ErrorCode::invalidArgument,
                       "an IP address has 4 or 16 bytes, not " + std::to_string(bytes.size()));
    std::ranges::copy(bytes, address._bytes.begin());
    return address;
}

Result<IpAddress> IpAddress::parse(std::string_view text)
{
    const std::string terminated(text);
    FixedBytes<16> bytes{};
    // A zero byte would hide what follows it.
    const bool whole = terminated.find('\0') == std::string::npos;
    if (whole && ::inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1)
        return fromBytes(ByteView(bytes).first(4));
    if (whole && ::inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1)
        return fromBytes(bytes);
    return failure(ErrorCode::invalidArgument,
                   quoted(text) + " is no IP address, such as 192.168.1.2 or 2001:db8::1");
}

bool IpAddress::isUnspecified() const noexcept
{
    return isZero(bytes());
}

IpScope IpAddress::scope() const noexcept
{
    if (isV4())
        return lookUp(v4Blocks, bytes(), global);
    const ByteView all = bytes();
    if (isZero(all.first(15)) && all.back() == 1)
        return loopback;
    return lookUp(v6Blocks, all, special);
}

std::string IpAddress::toString() const
{
    char text[INET6_ADDRSTRLEN] = {};
    if (!isV4()) {
        ::inet_ntop(AF_INET6, _bytes.data(), text, sizeof text);
        return text;
    }
    // inet_ntop() goes through sprintf(), which is most of what checking a peer would cost.
    char* end = text;
    for (const Byte byte : bytes()) {
        if (end != text)
            *end++ = '.';
        end = std::to_chars(end, std::end(text), static_cast<unsigned>(byte)).ptr;
    }
    return {text, end};
}

std::size_t IpAddressHash::operator()(const IpAddress& address) const noexcept
{
    return std::hash<std::string_view>()(asText(address.bytes()));
}

} // namespace waymark::node

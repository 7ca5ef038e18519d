#include "enr/KnownKeys.h"

#include "node/Text.h"

#include <waymark/node/IpAddress.h>
#include <waymark/node/Key.h>
#include <waymark/node/Rlp.h>
#include <waymark/toolkit/nodeset/ForkId.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

namespace waymark::toolkit::enr
{

namespace
{

namespace rlp = node::rlp;

Bytes stringItem(ByteView value)
{
    Bytes item;
    rlp::Writer(item).string(value);
    return item;
}

std::optional<ByteView> stringOf(ByteView item)
{
    const auto bytes = rlp::Reader(item).string();
    return bytes ? std::optional(*bytes) : std::nullopt;
}

/// A string of exactly so many bytes.
std::optional<ByteView> stringOf(ByteView item, std::size_t size)
{
    const auto bytes = stringOf(item);
    return bytes && bytes->size() == size ? bytes : std::nullopt;
}

std::optional<Cell> readText(ByteView item)
{
    const auto bytes = stringOf(item);
    return bytes ? std::optional<Cell>(node::asText(*bytes)) : std::nullopt;
}

std::optional<Cell> readHex(ByteView item)
{
    const auto bytes = stringOf(item);
    return bytes ? std::optional<Cell>(toHex(*bytes)) : std::nullopt;
}

std::optional<Cell> readPublicKey(ByteView item)
{
    const auto bytes = stringOf(item, node::PublicKey::compressedSize);
    return bytes && node::PublicKey::fromCompressed(*bytes) ? readHex(item) : std::nullopt;
}

template <node::IpFamily Family>
std::optional<Cell> readAddress(ByteView item)
{
    const auto bytes = stringOf(item, Family == node::IpFamily::v4 ? 4U : 16U);
    const auto address = bytes ? node::IpAddress::fromBytes(*bytes) : failure(ErrorCode::truncated, "");
    // A mapped IPv4 address is no IPv6 address.
    return address && address->family() == Family ? std::optional<Cell>(address->toString()) : std::nullopt;
}

template <node::IpFamily Family>
Result<Bytes> writeAddress(std::string_view text)
{
    const auto address = node::IpAddress::parse(text);
    if (!address)
        return failure(address.error());
    if (address->family() != Family)
        return failure(ErrorCode::invalidArgument, address->toString() + " is no " +
                                                       (Family == node::IpFamily::v4 ? "IPv4" : "IPv6") +
                                                       " address");
    return stringItem(address->bytes());
}

std::optional<Cell> readInteger(ByteView item)
{
    const auto number = rlp::Reader(item).integer();
    return number ? std::optional<Cell>(*number) : std::nullopt;
}

std::optional<Cell> readPort(ByteView item)
{
    const auto port = rlp::Reader(item).integer();
    return port && *port <= std::numeric_limits<std::uint16_t>::max() ? std::optional<Cell>(*port)
                                                                      : std::nullopt;
}

Result<Bytes> writePort(std::string_view text)
{
    return node::parsePort(text).map([](std::uint16_t port) {
        Bytes item;
        rlp::Writer(item).integer(port);
        return item;
    });
}

std::optional<Cell> readForkId(ByteView item)
{
    const auto id = nodeset::ForkId::decode(item);
    return id ? std::optional(id->cell()) : std::nullopt;
}

Result<Bytes> writeForkId(std::string_view text)
{
    const bool hasNext = text.find('/') != std::string_view::npos;
    const auto fork = nodeset::ForkId::parse(std::string(text) + (hasNext ? "" : "/0"));
    if (!fork)
        return failure(ErrorCode::invalidArgument,
                       "a fork id is 8 hex digits, and behind a slash the next fork's block or time: "
                       "fc64ec04/1150000, not " +
                           node::quoted(text));
    Bytes item;
    rlp::Writer writer(item);
    const auto list = writer.beginList();
    const auto id = writer.beginList();
    writer.string(fork->hash).integer(fork->next).endList(id).endList(list);
    return item;
}

std::uint64_t littleEndian(ByteView bytes) noexcept
{
    std::uint64_t value = 0;
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
        value = value << 8 | *byte;
    return value;
}

/// ENRForkID of the consensus layer's p2p specification: fork digest, next fork's version and epoch.
std::optional<Cell> readConsensusFork(ByteView item)
{
    const auto bytes = stringOf(item, 16);
    if (!bytes)
        return std::nullopt;
    const std::string digest = toHex(bytes->first(4));
    const std::string version = toHex(bytes->subspan(4, 4));
    const std::uint64_t epoch = littleEndian(bytes->subspan(8));
    const bool isPlanned = epoch != std::numeric_limits<std::uint64_t>::max();
    return Cell::object({{"fork_digest", digest},
                         {"next_fork_version", version},
                         {"next_fork_epoch", isPlanned ? Cell(epoch) : Cell()}})
        .shownAs("fork digest " + digest +
                 (isPlanned ? ", version " + version + " at epoch " + std::to_string(epoch)
                            : ", no next one planned"));
}

/// An SSZ bit vector of that many bytes: the numbers of the bits that are set.
template <std::size_t Size>
std::optional<Cell> readSubnets(ByteView item)
{
    const auto bytes = stringOf(item, Size);
    if (!bytes)
        return std::nullopt;
    std::vector<Cell> subnets;
    for (std::size_t bit = 0; bit < Size * 8; ++bit)
        if (((*bytes)[bit / 8] >> (bit % 8) & 1U) != 0)
            subnets.emplace_back(bit);
    const bool isAll = subnets.size() == Size * 8 && Size > 1;
    auto list = Cell::list(subnets);
    const std::string shown = subnets.empty() ? "none"
                              : isAll         ? "all " + std::to_string(Size * 8)
                                              : list.shown();
    return std::move(list).shownAs(shown);
}

/// EIP-7636: name, version and perhaps build.
std::optional<Cell> readClient(ByteView item)
{
    auto list = rlp::Reader(item).list();
    if (!list)
        return std::nullopt;
    std::vector<Cell> texts;
    std::string shown;
    while (!list->atEnd()) {
        const auto text = list->string();
        if (!text)
            return std::nullopt;
        texts.emplace_back(node::asText(*text));
        shown += (shown.empty() ? "" : " ") + std::string(node::asText(*text));
    }
    return Cell::list(texts).shownAs(shown);
}

std::optional<Cell> readPresence(ByteView)
{
    return Cell(true);
}

/// op-node: chain id and version as unsigned LEB128.
std::optional<Cell> readOpStack(ByteView item)
{
    const auto bytes = stringOf(item);
    if (!bytes)
        return std::nullopt;
    std::array<std::uint64_t, 2> numbers{};
    std::size_t place = 0;
    for (auto& number : numbers) {
        constexpr unsigned bits = 64;
        for (unsigned shift = 0;; shift += 7, ++place) {
            if (place == bytes->size() || shift >= bits)
                return std::nullopt;
            number |= (std::uint64_t{(*bytes)[place]} & 0x7fU) << shift;
            if (((*bytes)[place] & 0x80U) == 0)
                break;
        }
        ++place;
    }
    if (place != bytes->size())
        return std::nullopt;
    return Cell::object({{"chain_id", numbers[0]}, {"version", numbers[1]}})
        .shownAs("chain " + std::to_string(numbers[0]) + ", version " + std::to_string(numbers[1]));
}

constexpr auto v4 = node::IpFamily::v4;
constexpr auto v6 = node::IpFamily::v6;

/// In order.
constexpr std::array known{
    KnownKey{"attnets", "attestation subnets", readSubnets<8>, nullptr},
    KnownKey{"cgc", "custody group count", readInteger, nullptr},
    KnownKey{"client", "client", readClient, nullptr},
    KnownKey{"eth", "fork id, EIP-2124", readForkId, writeForkId},
    KnownKey{"eth2", "consensus fork id", readConsensusFork, nullptr},
    KnownKey{"id", "identity scheme", readText, nullptr},
    KnownKey{"ip", "IPv4 address", readAddress<v4>, writeAddress<v4>},
    KnownKey{"ip6", "IPv6 address", readAddress<v6>, writeAddress<v6>},
    KnownKey{"les", "serves light clients", readPresence, nullptr},
    KnownKey{"nfd", "next fork digest", readHex, nullptr},
    KnownKey{"opstack", "OP stack", readOpStack, nullptr},
    KnownKey{"quic", "QUIC port", readPort, writePort},
    KnownKey{"quic6", "QUIC port over IPv6", readPort, writePort},
    KnownKey{"secp256k1", "public key", readPublicKey, nullptr},
    KnownKey{"snap", "serves snap", readPresence, nullptr},
    KnownKey{"syncnets", "sync committee subnets", readSubnets<1>, nullptr},
    KnownKey{"tcp", "RLPx port", readPort, writePort},
    KnownKey{"tcp6", "RLPx port over IPv6", readPort, writePort},
    KnownKey{"udp", "discovery port", readPort, writePort},
    KnownKey{"udp6", "discovery port over IPv6", readPort, writePort},
};
static_assert(std::ranges::is_sorted(known, {}, &KnownKey::name));

} // namespace

const KnownKey* knownKey(std::string_view name) noexcept
{
    const auto* const found = std::ranges::lower_bound(known, name, {}, &KnownKey::name);
    return found != known.end() && found->name == name ? &*found : nullptr;
}

} // namespace waymark::toolkit::enr

#include "node/Text.h"

#include <waymark/node/PeerId.h>

#include <algorithm>
#include <functional>

namespace waymark::node
{

namespace
{

constexpr std::size_t ed25519Size = 32;
constexpr std::size_t longestName = 255;
constexpr std::size_t shortestMultihash = 34;
constexpr std::size_t longestMultihash = 42;

tl::unexpected<Error> wrongSize(std::string_view what, std::size_t size)
{
    return failure(ErrorCode::invalidArgument, std::string(what) + ", not " + std::to_string(size));
}

/// libp2p peer ids: sha2-256 (code 0x12) of 32 bytes, or the key itself (identity, code 0x00).
Result<void> checkMultihash(ByteView bytes)
{
    constexpr Byte identity = 0x00;
    constexpr Byte sha256 = 0x12;
    if (bytes.size() < shortestMultihash || bytes.size() > longestMultihash)
        return wrongSize("a libp2p id is a multihash of 34 to 42 bytes", bytes.size());
    const bool known = bytes[0] == identity || (bytes[0] == sha256 && bytes[1] == 32);
    if (!known || bytes[1] != bytes.size() - 2)
        return failure(ErrorCode::invalidArgument,
                       "a libp2p id is a multihash, identity or sha2-256, whose second byte is its length");
    return {};
}

Result<void> checkName(ByteView bytes)
{
    if (bytes.empty() || bytes.size() > longestName)
        return wrongSize("an addr id is a name of 1 to 255 bytes", bytes.size());
    const auto wrong = std::ranges::find_if(bytes, [](Byte byte) { return byte < ' ' || byte > '~'; });
    if (wrong != bytes.end())
        return failure(ErrorCode::invalidArgument,
                       "an addr id is printable ASCII, unlike its byte at position " +
                           std::to_string(wrong - bytes.begin()));
    return {};
}

Result<void> check(PeerScheme scheme, ByteView bytes)
{
    switch (scheme) {
    case PeerScheme::eth:
        return PublicKey::fromBytes(bytes).map([](const PublicKey&) {});
    case PeerScheme::ed25519:
        if (bytes.size() != ed25519Size)
            return wrongSize("an ed25519 id has 32 bytes", bytes.size());
        return {};
    case PeerScheme::libp2p:
        return checkMultihash(bytes);
    case PeerScheme::addr:
        return checkName(bytes);
    }
    return failure(ErrorCode::invalidArgument, "an unknown scheme of peer ids");
}

std::string toChars(ByteView bytes)
{
    return {bytes.begin(), bytes.end()};
}

} // namespace

std::string_view toString(PeerScheme scheme) noexcept
{
    switch (scheme) {
    case PeerScheme::eth:
        return "eth";
    case PeerScheme::ed25519:
        return "ed25519";
    case PeerScheme::libp2p:
        return "libp2p";
    case PeerScheme::addr:
        return "addr";
    }
    return "unknown";
}

PeerId::PeerId(const PublicKey& key) : PeerId(PeerScheme::eth, toChars(key.bytes())) {}

Result<PeerId> PeerId::fromBytes(PeerScheme scheme, ByteView bytes)
{
    if (auto checked = check(scheme, bytes); !checked)
        return failure(checked.error());
    return PeerId(scheme, toChars(bytes));
}

Result<PeerId> PeerId::parse(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) {
        const auto key = PublicKey::fromHex(text);
        if (!key)
            return failure(key.error().in("peer id"));
        return PeerId(*key);
    }
    const std::string_view name = text.substr(0, colon);
    const std::string_view value = text.substr(colon + 1);
    if (name == node::toString(PeerScheme::addr))
        return fromBytes(PeerScheme::addr, asBytes(value));
    for (const PeerScheme scheme : {PeerScheme::ed25519, PeerScheme::libp2p}) {
        if (name != node::toString(scheme))
            continue;
        const auto bytes = fromHex(value);
        if (!bytes)
            return failure(bytes.error().in("peer id after '" + std::string(name) + ":'"));
        return fromBytes(scheme, *bytes);
    }
    return failure(ErrorCode::invalidArgument,
                   "unknown scheme " + quoted(name) +
                       " of a peer id: use 128 hex digits, or ed25519:, libp2p: or addr: before the id");
}

std::optional<PublicKey> PeerId::publicKey() const
{
    if (!isEth())
        return std::nullopt;
    FixedBytes<PublicKey::size> key;
    std::ranges::copy(bytes(), key.begin());
    return PublicKey(key);
}

std::string PeerId::toString() const
{
    if (isEth())
        return "0x" + toHex(bytes());
    const std::string prefix = std::string(node::toString(_scheme)) + ':';
    return prefix + (_scheme == PeerScheme::addr ? _bytes : toHex(bytes()));
}

std::size_t PeerIdHash::operator()(const PeerId& id) const noexcept
{
    return std::hash<std::string_view>()(asText(id.bytes())) + static_cast<std::size_t>(id.scheme());
}

} // namespace waymark::node

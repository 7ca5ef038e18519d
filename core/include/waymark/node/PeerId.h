#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Result.h>
#include <waymark/node/Key.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::node
{

/// The identity schemes of the networks that a registry can hold.
enum class PeerScheme : std::uint8_t
{
    eth,     ///< a secp256k1 public key, 64 bytes
    ed25519, ///< an ed25519 public key, 32 bytes
    libp2p,  ///< a libp2p multihash, 34 to 42 bytes
    addr     ///< no key: a name of 1 to 255 bytes of printable ASCII
};

std::string_view toString(PeerScheme scheme) noexcept;

/// Who a peer is: a scheme and its bytes. Ordered by scheme, then bytes. A value.
class PeerId
{
public:
    /// From a key that is known to be on the curve.
    explicit PeerId(const PublicKey& key);
    /// Bytes must fit the scheme; an eth id must be a point on the curve.
    static Result<PeerId> fromBytes(PeerScheme scheme, ByteView bytes);

    /// `eth` ids: 128 hex digits with or without "0x". Other schemes: "<scheme>:<text>", hex for ed25519 and
    /// libp2p, the name itself for addr.
    static Result<PeerId> parse(std::string_view text);

    PeerScheme scheme() const noexcept { return _scheme; }
    ByteView bytes() const noexcept { return asBytes(_bytes); }
    bool isEth() const noexcept { return _scheme == PeerScheme::eth; }
    /// The public key of an eth id, else nothing.
    std::optional<PublicKey> publicKey() const;

    /// "0x" and 128 hex digits for eth; "<scheme>:..." for the others. parse() reads it back.
    std::string toString() const;

    friend auto operator<=>(const PeerId&, const PeerId&) noexcept = default;

private:
    PeerId(PeerScheme scheme, std::string bytes) : _scheme(scheme), _bytes(std::move(bytes)) {}

    PeerScheme _scheme;
    std::string _bytes;
};

struct PeerIdHash
{
    std::size_t operator()(const PeerId& id) const noexcept;
};

} // namespace waymark::node

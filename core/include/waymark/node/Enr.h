#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Result.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/Key.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::node
{

/// A signed Ethereum Node Record (EIP-778), identity scheme "v4". Immutable: a record that exists has a
/// valid signature, sorted unique keys and at most 300 bytes.
class Enr
{
public:
    static constexpr std::size_t maximumSize = 300;
    static constexpr std::string_view textPrefix = "enr:";

    /// Decodes and verifies one record. Trailing bytes are an error.
    static Result<Enr> decode(ByteView rlp);
    /// The textual form "enr:<base64url>".
    static Result<Enr> parse(std::string_view text);
    /// A record again that was there before, from what its encoded() and key() gave: nothing is verified, so
    /// it costs a hundredth. Not for bytes that left this process; those that are no record's throw
    /// logic_error.
    static Enr restored(ByteView encoded, const PublicKey& key);

    std::uint64_t seq() const noexcept { return _seq; }
    const PublicKey& key() const noexcept { return _key; }
    /// The canonical RLP; borrowed.
    ByteView encoded() const noexcept { return _encoded; }
    std::string toString() const;

    /// The RLP item stored under a key, encoded, if there is one.
    std::optional<ByteView> entry(std::string_view key) const;
    /// All entries in key order: name to encoded RLP item.
    const std::map<std::string, Bytes, std::less<>>& entries() const noexcept { return _entries; }

    /// From "ip", "udp" and "tcp"; nothing without ip and udp, tcp is 0 when absent.
    std::optional<NodeEndpoint> endpointV4() const;
    /// From "ip6" with "udp6" and "tcp6", which default to "udp" and "tcp".
    std::optional<NodeEndpoint> endpointV6() const;

    friend bool operator==(const Enr& left, const Enr& right) noexcept
    {
        return left._encoded == right._encoded;
    }

private:
    friend class EnrBuilder;
    Enr() = default;

    std::uint64_t _seq = 0;
    PublicKey _key;
    std::map<std::string, Bytes, std::less<>> _entries;
    Bytes _encoded;
};

/// Collects entries and signs them. "id" and "secp256k1" are added by sign().
class EnrBuilder
{
public:
    EnrBuilder& seq(std::uint64_t number) noexcept;
    /// Sets ip/udp/tcp or ip6/udp6/tcp6, whichever the family says; a zero port is left out.
    EnrBuilder& endpoint(const NodeEndpoint& where);
    /// Any entry, its value one encoded RLP item. "id", "secp256k1" are refused by sign().
    EnrBuilder& entry(std::string key, Bytes rlpItem);

    /// tooLarge over 300 bytes, invalidArgument for entries that are not one RLP item.
    Result<Enr> sign(const SecretKey& key) const;

private:
    std::uint64_t _seq = 1;
    std::map<std::string, Bytes, std::less<>> _entries;
};

} // namespace waymark::node

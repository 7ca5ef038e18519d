#pragma once

#include <waymark/node/Endpoint.h>
#include <waymark/node/IpAddress.h>
#include <waymark/node/Keccak.h>

#include <cstdint>
#include <cstring>

namespace waymark::discv4::engine
{

/// Hashes what strangers choose (ids, addresses) for tables, keyed with a secret seed so that nobody can
/// grind values that fall into one bucket. A value.
class KeyedHash
{
public:
    explicit constexpr KeyedHash(std::uint64_t seed) noexcept : _seed(seed) {}

    std::uint64_t bytes(ByteView value, std::uint64_t start = 0) const noexcept
    {
        std::uint64_t state = _seed ^ start;
        while (!value.empty()) {
            std::uint64_t word = 0;
            const std::size_t size = value.size() < sizeof word ? value.size() : sizeof word;
            std::memcpy(&word, value.data(), size);
            state = mix(state ^ word ^ (std::uint64_t{size} << 59));
            value = value.subspan(size);
        }
        return state;
    }
    std::uint64_t operator()(std::uint64_t value) const noexcept { return mix(_seed ^ value); }
    std::uint64_t operator()(const node::Hash256& id) const noexcept { return bytes(id); }
    std::uint64_t operator()(const node::IpAddress& ip) const noexcept { return bytes(ip.bytes()); }
    std::uint64_t operator()(const node::Endpoint& endpoint) const noexcept
    {
        return bytes(endpoint.ip.bytes(), std::uint64_t{endpoint.port} + 1);
    }

private:
    /// The finalizer of splitmix64.
    static constexpr std::uint64_t mix(std::uint64_t value) noexcept
    {
        value += 0x9e3779b97f4a7c15U;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
        value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
        return value ^ (value >> 31);
    }

    std::uint64_t _seed;
};

/// Who at which address: what an endpoint proof is about. Ports do not count (discv4.md, "Endpoint Proof").
struct NodeAddress
{
    node::Hash256 id{};
    node::IpAddress ip;

    friend bool operator==(const NodeAddress&, const NodeAddress&) = default;
};

/// KeyedHash as unordered containers want it.
struct TableHash
{
    KeyedHash hash;

    template <class T>
    std::size_t operator()(const T& value) const noexcept
    {
        return static_cast<std::size_t>(hash(value));
    }
    std::size_t operator()(const NodeAddress& value) const noexcept
    {
        return static_cast<std::size_t>(hash.bytes(value.id, hash(value.ip)));
    }
};

} // namespace waymark::discv4::engine

#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Clock.h>
#include <waymark/base/Result.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/Enode.h>
#include <waymark/node/Enr.h>
#include <waymark/node/Key.h>
#include <waymark/toolkit/nodeset/ForkId.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::toolkit::nodeset
{

/// One node of a set: who it is and where, as its signed record or a node URL says, and how it answered. A
/// value of about half a kilobyte, so that hundreds of thousands fit in memory.
class Entry
{
public:
    explicit Entry(const node::Enr& record);
    /// A URL is not signed, has no number and only one address.
    explicit Entry(const node::Enode& url);
    /// "enr:..." or "enode://...". The record's signature is checked.
    static Result<Entry> parse(std::string_view text);

    /// keccak256 of the key: what sets are keyed by.
    const node::Hash256& id() const noexcept { return _id; }
    const node::PublicKey& key() const noexcept { return _key; }
    /// Of the record; 0 for a URL.
    std::uint64_t seq() const noexcept { return _seq; }
    /// Whether there is a record.
    bool isSigned() const noexcept { return !_record.empty(); }
    /// The record in RLP, which was verified; empty for a URL. Borrowed.
    ByteView record() const noexcept { return _record; }
    /// The record, or else the URL, as it was given.
    std::string text() const;

    /// Where the node is in that family. Ports that it does not tell are 0.
    std::optional<node::NodeEndpoint> endpoint(node::IpFamily family) const;
    /// The IPv4 endpoint, else the IPv6 one.
    std::optional<node::NodeEndpoint> endpoint() const;
    /// The node as a URL: with the IPv4 endpoint, else the IPv6 one. Nothing without an address or without
    /// any port; where only one is told it stands for both.
    std::optional<node::Enode> url() const;
    /// The RLP item under a key of the record; borrowed.
    std::optional<ByteView> item(std::string_view key) const;
    /// The keys of the record in order; borrowed.
    std::vector<std::string_view> keys() const;
    std::optional<ForkId> forkId() const;

    /// How the node answered.
    struct History
    {
        /// One more for each check that the node passed, half of it for each that it failed.
        std::uint64_t score = 0;
        std::optional<WallTime> firstResponse;
        std::optional<WallTime> lastResponse;
        std::optional<WallTime> lastCheck;

        friend bool operator==(const History&, const History&) noexcept = default;
    };
    History history;

    /// Takes over what `other`, the same node, has more: the record with the higher number, a record in place
    /// of a URL, of two URLs the one that answered later, the greater score, the earliest first response, the
    /// latest last response and check. Whether the record or URL was replaced.
    bool merge(Entry other);

    friend bool operator==(const Entry&, const Entry&) = default;

private:
    Entry() = default;

    node::Hash256 _id{};
    node::PublicKey _key;
    std::uint64_t _seq = 0;
    Bytes _record;
    node::NodeEndpoint _url; ///< when there is no record
};

} // namespace waymark::toolkit::nodeset

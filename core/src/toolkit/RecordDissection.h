#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Result.h>
#include <waymark/node/Enr.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::toolkit
{

/// A node record taken apart as far as that goes, so that what is wrong with it can be pointed at.
class RecordDissection
{
public:
    /// An entry of the record.
    struct Pair
    {
        std::string key;
        Bytes item; ///< RLP
    };
    /// The first thing that is wrong.
    struct Flaw
    {
        Error error;
        std::size_t offset; ///< in the bytes, from 0
    };

    /// Of the record's RLP.
    explicit RecordDissection(ByteView bytes);

    /// "enr:" and base64url, or the RLP in hex. The failure is one of the text and tells its position.
    struct TextFlaw
    {
        Error error;
        std::size_t position;
    };
    static tl::expected<RecordDissection, TextFlaw> read(std::string_view text);
    /// Where a byte stands in "enr:...".
    static std::size_t positionOf(std::size_t offset) noexcept;

    const Bytes& bytes() const noexcept { return _bytes; }
    const Bytes& signature() const noexcept { return _signature; }
    std::optional<std::uint64_t> seq() const noexcept { return _seq; }
    const std::vector<Pair>& pairs() const noexcept { return _pairs; }
    /// Of the entry "secp256k1", if it has one.
    const std::optional<node::PublicKey>& key() const noexcept { return _key; }
    const std::optional<Flaw>& flaw() const noexcept { return _flaw; }
    /// The record, when there is no flaw.
    const std::optional<node::Enr>& record() const noexcept { return _record; }

private:
    void takeApart();
    void readContent(ByteView content);
    void readPairs(ByteView list);
    void checkIdentity();
    void flawed(Error error, std::size_t offset);
    std::size_t offsetOf(ByteView part) const noexcept;

    struct Found
    {
        const Pair* pair;
        std::size_t offset; ///< of its value
    };
    std::optional<Found> find(std::string_view key) const;

    Bytes _bytes;
    Bytes _signature;
    std::optional<std::uint64_t> _seq;
    std::vector<Pair> _pairs;
    std::vector<std::size_t> _offsets; ///< of the pairs' values
    std::optional<node::PublicKey> _key;
    std::optional<Flaw> _flaw;
    std::optional<node::Enr> _record;
};

} // namespace waymark::toolkit

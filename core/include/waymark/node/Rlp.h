#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Result.h>

#include <cstdint>
#include <optional>
#include <span>

/// Recursive length prefix encoding (Ethereum Yellow Paper, appendix B): strict in, canonical out.
namespace waymark::node::rlp
{

/// What stands next in the input.
enum class Kind
{
    string,
    list
};

/// Reads items from borrowed bytes, front to back. Every function either returns a value and moves past it
/// or fails and leaves the position where it was. Never throws, never reads outside its bytes.
///
/// Refused: lengths beyond the input, long forms where the short one fits, lengths with leading zeros,
/// single bytes below 0x80 with a prefix.
class Reader
{
public:
    explicit Reader(ByteView bytes) noexcept : _rest(bytes) {}

    bool atEnd() const noexcept { return _rest.empty(); }
    /// Bytes not yet read.
    ByteView rest() const noexcept { return _rest; }

    Result<Kind> peek() const;
    /// The payload of a string.
    Result<ByteView> string();
    /// A string of exactly out.size() bytes.
    Result<void> fixed(std::span<Byte> out);
    /// An unsigned integer of at most 8 bytes without leading zeros.
    Result<std::uint64_t> integer();
    /// As integer(), but leading zero bytes are tolerated: some discv4 clients pad ports.
    Result<std::uint64_t> paddedInteger(std::size_t maximumBytes);
    /// A reader over the items of a list.
    Result<Reader> list();
    /// The next item whole, prefix included.
    Result<ByteView> raw();
    Result<void> skip();

private:
    struct Item
    {
        Kind kind;
        ByteView whole;
        ByteView payload;
    };
    Result<Item> next() const;
    void advance(const Item& item) noexcept { _rest = _rest.subspan(item.whole.size()); }

    ByteView _rest;
};

/// Writes items canonically, appending to a buffer of the caller. Lists nest: beginList(), items, endList().
class Writer
{
public:
    /// Appends to `out`, which outlives the writer.
    explicit Writer(Bytes& out) noexcept : _out(out) {}

    Writer& string(ByteView value);
    Writer& integer(std::uint64_t value);
    /// An item that is encoded already.
    Writer& raw(ByteView item);
    /// Everything up to the matching endList() becomes one list. The returned mark belongs to endList().
    [[nodiscard]] std::size_t beginList() const noexcept { return _out.size(); }
    Writer& endList(std::size_t mark);

private:
    Bytes& _out;
};

/// True when `bytes` are one item, canonical down to the innermost list, and nothing else.
bool isOneItem(ByteView bytes);

/// How many bytes string() would append for a payload of that form.
std::size_t encodedStringSize(ByteView value) noexcept;
/// Size of a list whose items take `payload` bytes together.
std::size_t encodedListSize(std::size_t payload) noexcept;

} // namespace waymark::node::rlp

#include <waymark/node/Rlp.h>

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

namespace waymark::node::rlp
{

namespace
{

constexpr Byte shortString = 0x80;
constexpr Byte longString = 0xb8;
constexpr Byte shortList = 0xc0;
constexpr Byte longList = 0xf8;
/// The longest payload whose length stands in the prefix byte.
constexpr std::size_t longestShort = 55;

/// Prefix and payload length of one item.
struct Header
{
    std::size_t size = 0;
    std::size_t payload = 0;
};

tl::unexpected<Error> endsTooSoon(std::size_t needed, std::size_t there)
{
    return failure(ErrorCode::truncated, "RLP item of " + std::to_string(needed) + " more bytes, there are " +
                                             std::to_string(there));
}

/// A header with `lengthBytes` bytes of length behind its prefix byte.
Result<Header> longHeader(ByteView bytes, std::size_t lengthBytes)
{
    if (bytes.size() - 1 < lengthBytes)
        return endsTooSoon(lengthBytes, bytes.size() - 1);
    if (bytes[1] == 0)
        return failure(ErrorCode::nonCanonical, "RLP length with leading zeros");
    std::uint64_t length = 0;
    for (const Byte byte : bytes.subspan(1, lengthBytes))
        length = (length << 8) | byte;
    if (length <= longestShort)
        return failure(ErrorCode::nonCanonical, "RLP length in the long form where the short one fits");
    return Header{1 + lengthBytes, length};
}

Result<Header> readHeader(ByteView bytes)
{
    const Byte prefix = bytes.front();
    if (prefix < shortString)
        return Header{0, 1};
    if (prefix < longString)
        return Header{1, static_cast<std::size_t>(prefix - shortString)};
    if (prefix < shortList)
        return longHeader(bytes, static_cast<std::size_t>(prefix - longString) + 1);
    if (prefix < longList)
        return Header{1, static_cast<std::size_t>(prefix - shortList)};
    return longHeader(bytes, static_cast<std::size_t>(prefix - longList) + 1);
}

std::uint64_t bigEndian(ByteView bytes) noexcept
{
    std::uint64_t value = 0;
    for (const Byte byte : bytes)
        value = (value << 8) | byte;
    return value;
}

/// The significant bytes of a number in network order; none for 0.
struct BigEndian
{
    explicit BigEndian(std::uint64_t value) noexcept
        : size((static_cast<std::size_t>(std::bit_width(value)) + 7) / 8)
    {
        for (std::size_t i = size; i > 0; --i, value >>= 8)
            bytes[i - 1] = static_cast<Byte>(value & 0xff);
    }
    ByteView view() const noexcept { return {bytes.data(), size}; }

    FixedBytes<8> bytes{};
    std::size_t size;
};

std::size_t headerSize(std::size_t payload) noexcept
{
    return payload <= longestShort ? 1 : 1 + BigEndian(payload).size;
}

/// The prefix of a payload; `shortForm` and `longForm` are those of strings or of lists.
struct Prefix
{
    Prefix(std::size_t payload, Byte shortForm, Byte longForm) noexcept
    {
        if (payload <= longestShort) {
            bytes[0] = static_cast<Byte>(shortForm + payload);
            return;
        }
        const BigEndian length(payload);
        bytes[0] = static_cast<Byte>(longForm + length.size - 1);
        std::ranges::copy(length.view(), bytes.begin() + 1);
        size += length.size;
    }
    ByteView view() const noexcept { return {bytes.data(), size}; }

    FixedBytes<9> bytes{};
    std::size_t size = 1;
};

bool isOwnEncoding(ByteView value) noexcept
{
    return value.size() == 1 && value.front() < shortString;
}

} // namespace

Result<Reader::Item> Reader::next() const
{
    if (_rest.empty())
        return failure(ErrorCode::truncated, "an RLP item is missing");
    const auto header = readHeader(_rest);
    if (!header)
        return failure(header.error());
    const std::size_t available = _rest.size() - header->size;
    if (header->payload > available)
        return endsTooSoon(header->payload, available);
    const Item item{_rest.front() < shortList ? Kind::string : Kind::list,
                    _rest.first(header->size + header->payload),
                    _rest.subspan(header->size, header->payload)};
    if (item.kind == Kind::string && header->size == 1 && isOwnEncoding(item.payload))
        return failure(ErrorCode::nonCanonical, "RLP single byte below 0x80 with a prefix");
    return item;
}

Result<Kind> Reader::peek() const
{
    return next().map([](const Item& item) { return item.kind; });
}

Result<ByteView> Reader::string()
{
    const auto item = next();
    if (!item)
        return failure(item.error());
    if (item->kind != Kind::string)
        return failure(ErrorCode::invalidArgument, "an RLP list where a string should be");
    advance(*item);
    return item->payload;
}

Result<void> Reader::fixed(std::span<Byte> out)
{
    Reader ahead = *this;
    const auto payload = ahead.string();
    if (!payload)
        return failure(payload.error());
    if (payload->size() != out.size())
        return failure(ErrorCode::invalidArgument, "an RLP string of " + std::to_string(payload->size()) +
                                                       " bytes where " + std::to_string(out.size()) +
                                                       " should be");
    std::ranges::copy(*payload, out.begin());
    *this = ahead;
    return {};
}

Result<std::uint64_t> Reader::integer()
{
    Reader ahead = *this;
    const auto payload = ahead.string();
    if (!payload)
        return failure(payload.error());
    if (!payload->empty() && payload->front() == 0)
        return failure(ErrorCode::nonCanonical, "RLP integer with leading zeros");
    if (payload->size() > sizeof(std::uint64_t))
        return failure(ErrorCode::tooLarge, "RLP integer of more than 8 bytes");
    *this = ahead;
    return bigEndian(*payload);
}

Result<std::uint64_t> Reader::paddedInteger(std::size_t maximumBytes)
{
    Reader ahead = *this;
    const auto payload = ahead.string();
    if (!payload)
        return failure(payload.error());
    if (payload->size() > maximumBytes)
        return failure(ErrorCode::tooLarge,
                       "RLP integer of more than " + std::to_string(maximumBytes) + " bytes");
    const auto first = std::ranges::find_if(*payload, [](Byte byte) { return byte != 0; });
    const ByteView significant(first, payload->end());
    if (significant.size() > sizeof(std::uint64_t))
        return failure(ErrorCode::tooLarge, "RLP integer of more than 8 significant bytes");
    *this = ahead;
    return bigEndian(significant);
}

Result<Reader> Reader::list()
{
    const auto item = next();
    if (!item)
        return failure(item.error());
    if (item->kind != Kind::list)
        return failure(ErrorCode::invalidArgument, "an RLP string where a list should be");
    advance(*item);
    return Reader(item->payload);
}

Result<ByteView> Reader::raw()
{
    const auto item = next();
    if (!item)
        return failure(item.error());
    advance(*item);
    return item->whole;
}

Result<void> Reader::skip()
{
    const auto item = raw();
    if (!item)
        return failure(item.error());
    return {};
}

Writer& Writer::string(ByteView value)
{
    if (!isOwnEncoding(value))
        raw(Prefix(value.size(), shortString, longString).view());
    return raw(value);
}

Writer& Writer::integer(std::uint64_t value)
{
    return string(BigEndian(value).view());
}

Writer& Writer::raw(ByteView item)
{
    _out.insert(_out.end(), item.begin(), item.end());
    return *this;
}

Writer& Writer::endList(std::size_t mark)
{
    const Prefix prefix(_out.size() - mark, shortList, longList);
    const auto at = _out.begin() + static_cast<std::ptrdiff_t>(mark);
    const ByteView bytes = prefix.view();
    _out.insert(at, bytes.begin(), bytes.end());
    return *this;
}

std::size_t encodedStringSize(ByteView value) noexcept
{
    return isOwnEncoding(value) ? 1 : headerSize(value.size()) + value.size();
}

std::size_t encodedListSize(std::size_t payload) noexcept
{
    return headerSize(payload) + payload;
}

bool isOneItem(ByteView bytes)
{
    Reader outer(bytes);
    if (!outer.skip() || !outer.atEnd())
        return false;
    std::vector<Reader> open{Reader(bytes)};
    while (!open.empty()) {
        if (open.back().atEnd()) {
            open.pop_back();
            continue;
        }
        const auto kind = open.back().peek();
        if (!kind)
            return false;
        if (*kind == Kind::list)
            open.push_back(open.back().list().value());
        else if (!open.back().skip())
            return false;
    }
    return true;
}

} // namespace waymark::node::rlp

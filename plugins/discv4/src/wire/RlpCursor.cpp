#include "wire/RlpCursor.h"

namespace waymark::discv4::wire
{

namespace
{

constexpr std::size_t longestShort = 55;

std::optional<std::uint64_t> bigEndian(ByteView bytes) noexcept
{
    if (bytes.size() > sizeof(std::uint64_t))
        return std::nullopt;
    std::uint64_t value = 0;
    for (const Byte byte : bytes)
        value = (value << 8) | byte;
    return value;
}

} // namespace

std::optional<RlpCursor::Item> RlpCursor::longItem(std::size_t lengthBytes, bool isList) const noexcept
{
    if (_rest.size() - 1 < lengthBytes || _rest[1] == 0)
        return std::nullopt;
    const auto length = bigEndian(_rest.subspan(1, lengthBytes));
    if (!length || *length <= longestShort)
        return std::nullopt;
    return Item{isList, 1 + lengthBytes, static_cast<std::size_t>(*length)};
}

std::optional<RlpCursor::Item> RlpCursor::next() const noexcept
{
    if (_rest.empty())
        return std::nullopt;
    const unsigned prefix = _rest.front();
    std::optional<Item> item;
    if (prefix < 0x80)
        item = Item{false, 0, 1};
    else if (prefix < 0xb8)
        item = Item{false, 1, prefix - 0x80};
    else if (prefix < 0xc0)
        item = longItem(prefix - 0xb7, false);
    else if (prefix < 0xf8)
        item = Item{true, 1, prefix - 0xc0};
    else
        item = longItem(prefix - 0xf7, true);
    if (!item || item->payload > _rest.size() - item->header)
        return std::nullopt;
    const bool wasItsOwnEncoding =
        !item->isList && item->header == 1 && item->payload == 1 && _rest[1] < 0x80;
    return wasItsOwnEncoding ? std::nullopt : item;
}

ByteView RlpCursor::take(const Item& item) noexcept
{
    const ByteView payload = _rest.subspan(item.header, item.payload);
    _rest = _rest.subspan(item.header + item.payload);
    return payload;
}

std::optional<ByteView> RlpCursor::string() noexcept
{
    const auto item = next();
    if (!item || item->isList)
        return std::nullopt;
    return take(*item);
}

std::optional<std::uint64_t> RlpCursor::integer() noexcept
{
    RlpCursor ahead = *this;
    const auto payload = ahead.string();
    if (!payload || (!payload->empty() && payload->front() == 0))
        return std::nullopt;
    const auto value = bigEndian(*payload);
    if (value)
        *this = ahead;
    return value;
}

std::optional<std::uint64_t> RlpCursor::paddedInteger() noexcept
{
    RlpCursor ahead = *this;
    auto payload = ahead.string();
    if (!payload)
        return std::nullopt;
    while (!payload->empty() && payload->front() == 0)
        payload = payload->subspan(1);
    const auto value = bigEndian(*payload);
    if (value)
        *this = ahead;
    return value;
}

std::optional<RlpCursor> RlpCursor::list() noexcept
{
    const auto item = next();
    if (!item || !item->isList)
        return std::nullopt;
    return RlpCursor(take(*item));
}

std::optional<ByteView> RlpCursor::raw() noexcept
{
    const auto item = next();
    if (!item)
        return std::nullopt;
    const ByteView whole = _rest.first(item->header + item->payload);
    take(*item);
    return whole;
}

} // namespace waymark::discv4::wire

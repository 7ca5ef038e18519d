#include "enr/Entry.h"

#include "enr/KnownKeys.h"
#include "node/Text.h"

#include <waymark/node/Rlp.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace waymark::toolkit::enr
{

namespace
{

namespace rlp = node::rlp;

Cell inHex(ByteView bytes)
{
    return {"0x" + toHex(bytes)};
}

/// Hex digits, lists in brackets, of one item that is canonical down to the innermost list. What a record's
/// text may hold bounds the depth.
Cell inBrackets(rlp::Reader& reader)
{
    if (const auto string = reader.string())
        return inHex(*string);
    auto list = reader.list();
    if (!list)
        return inHex(reader.rest());
    std::vector<Cell> cells;
    std::string shown;
    while (!list->atEnd()) {
        cells.push_back(inBrackets(*list));
        shown += (shown.empty() ? "" : ", ") + cells.back().shown();
    }
    return Cell::list(cells).shownAs('[' + shown + ']');
}

/// The text that a string may be meant as.
std::string readable(ByteView item)
{
    const auto string = rlp::Reader(item).string();
    const bool isText = string && string->size() > 1 &&
                        std::ranges::all_of(*string, [](Byte byte) { return byte >= ' ' && byte <= '~'; });
    return isText ? node::quoted(node::asText(*string)) : "";
}

Result<Bytes> itemOf(std::string_view value)
{
    Bytes item;
    const auto after = [&](std::string_view prefix) {
        return value.substr(prefix.size());
    };
    if (value.starts_with("rlp:")) {
        auto bytes = fromHex(after("rlp:"));
        if (!bytes)
            return bytes;
        if (!rlp::isOneItem(*bytes))
            return failure(ErrorCode::invalidArgument, "it is not one canonical RLP item");
        return bytes;
    }
    if (value.starts_with("int:")) {
        std::uint64_t number = 0;
        const std::string_view digits = after("int:");
        const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc() || rest != digits.data() + digits.size())
            return failure(ErrorCode::invalidArgument,
                           "int: stands before a number from 0 to 18446744073709551615");
        rlp::Writer(item).integer(number);
        return item;
    }
    if (value.starts_with("0x")) {
        const auto bytes = fromHex(value);
        if (!bytes)
            return failure(bytes.error());
        rlp::Writer(item).string(*bytes);
        return item;
    }
    rlp::Writer(item).string(asBytes(value.starts_with("text:") ? after("text:") : value));
    return item;
}

bool isMarked(std::string_view value)
{
    return value.starts_with("rlp:") || value.starts_with("int:") || value.starts_with("0x") ||
           value.starts_with("text:");
}

} // namespace

Explanation explain(std::string_view key, ByteView item)
{
    const KnownKey* const known = knownKey(key);
    const std::string flaw =
        known == nullptr ? "no canonical RLP" : "no valid " + std::string(known->meaning);
    // Half of a value has no meaning, and no reader gets past what it cannot read.
    if (!rlp::isOneItem(item))
        return {inHex(item), flaw, known != nullptr, true};
    if (known != nullptr)
        if (auto value = known->read(item))
            return {std::move(*value), std::string(known->meaning), true, false};
    rlp::Reader reader(item);
    Cell value = inBrackets(reader);
    if (known != nullptr)
        return {std::move(value), flaw, true, true};
    return {std::move(value), readable(item), false, false};
}

Result<Entry> parseEntry(std::string_view text)
{
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return failure(ErrorCode::invalidArgument, "an entry is KEY=VALUE, not " + node::quoted(text));
    const std::string_view key = text.substr(0, equals);
    const std::string_view value = text.substr(equals + 1);
    const KnownKey* const known = knownKey(key);
    const bool isTyped = known != nullptr && known->write != nullptr && !isMarked(value);
    auto item = isTyped ? known->write(value) : itemOf(value);
    if (!item)
        return failure(item.error().in(std::string(key)));
    return Entry{std::string(key), std::move(*item)};
}

} // namespace waymark::toolkit::enr

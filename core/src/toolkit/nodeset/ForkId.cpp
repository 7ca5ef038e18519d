#include <waymark/node/Rlp.h>
#include <waymark/toolkit/nodeset/ForkId.h>

#include <charconv>
#include <system_error>

namespace waymark::toolkit::nodeset
{

std::optional<ForkId> ForkId::decode(ByteView item)
{
    // Further items behind it are for later versions of the entry.
    auto entry = node::rlp::Reader(item).list();
    if (!entry)
        return std::nullopt;
    auto fields = entry->list();
    ForkId id;
    if (!fields || !fields->fixed(id.hash))
        return std::nullopt;
    const auto next = fields->integer();
    if (!next)
        return std::nullopt;
    id.next = *next;
    return id;
}

std::optional<ForkId> ForkId::parse(std::string_view text)
{
    const auto slash = text.find('/');
    ForkId id;
    if (slash == std::string_view::npos || !fromHex(text.substr(0, slash), id.hash))
        return std::nullopt;
    const std::string_view digits = text.substr(slash + 1);
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id.next);
    return error == std::errc() && rest == digits.data() + digits.size() ? std::optional(id) : std::nullopt;
}

std::string ForkId::toString() const
{
    return toHex(hash) + '/' + std::to_string(next);
}

Cell ForkId::cell() const
{
    return Cell::object({{"hash", "0x" + toHex(hash)}, {"next", next}}).shownAs(toString());
}

} // namespace waymark::toolkit::nodeset

#include <waymark/node/Rlp.h>
#include <waymark/toolkit/nodeset/ForkId.h>

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

std::string ForkId::toString() const
{
    return toHex(hash) + '/' + std::to_string(next);
}

} // namespace waymark::toolkit::nodeset

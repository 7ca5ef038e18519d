#include <waymark/toolkit/nodeset/NodeSet.h>

#include <utility>

namespace waymark::toolkit::nodeset
{

NodeSet::Merged NodeSet::merge(Entry entry)
{
    const auto place = _entries.lower_bound(entry.id());
    if (place == _entries.end() || place->first != entry.id()) {
        const node::Hash256 id = entry.id();
        _entries.emplace_hint(place, id, std::move(entry));
        return Merged::added;
    }
    return place->second.merge(std::move(entry)) ? Merged::renewed : Merged::known;
}

Entry* NodeSet::find(const node::Hash256& id) noexcept
{
    const auto found = _entries.find(id);
    return found == _entries.end() ? nullptr : &found->second;
}

const Entry* NodeSet::find(const node::Hash256& id) const noexcept
{
    const auto found = _entries.find(id);
    return found == _entries.end() ? nullptr : &found->second;
}

} // namespace waymark::toolkit::nodeset

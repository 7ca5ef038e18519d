#pragma once

#include <waymark/node/Key.h>
#include <waymark/toolkit/nodeset/Entry.h>

#include <cstddef>
#include <map>

namespace waymark::toolkit::nodeset
{

/// Nodes by id, in the order of their ids. Not for several threads at once.
class NodeSet
{
public:
    using Entries = std::map<node::Hash256, Entry>;

    enum class Merged
    {
        added,   ///< the node was not there
        renewed, ///< its record or URL was replaced by a newer one
        known    ///< it was there, with a record that is as new; its history may have changed
    };
    /// Adds a node, or merges it into what is known of it (Entry::merge).
    Merged merge(Entry entry);

    bool erase(const node::Hash256& id) { return _entries.erase(id) != 0; }
    /// Borrowed; nullptr when the node is not there. Its id must stay the same.
    Entry* find(const node::Hash256& id) noexcept;
    const Entry* find(const node::Hash256& id) const noexcept;

    std::size_t size() const noexcept { return _entries.size(); }
    bool isEmpty() const noexcept { return _entries.empty(); }
    /// In the order of ids.
    const Entries& entries() const noexcept { return _entries; }

private:
    Entries _entries;
};

} // namespace waymark::toolkit::nodeset

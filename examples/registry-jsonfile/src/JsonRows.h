#pragma once

#include <waymark/registry/RegistryPlan.h>

#include <map>
#include <string>
#include <utility>

namespace jsonfile
{

/// All that a registry stores.
struct Rows
{
    using Key = std::pair<waymark::node::PeerId, std::string>; ///< peer and origin

    waymark::registry::Revision revision;
    std::map<Key, waymark::registry::ClaimRow> claims;
    std::map<Key, waymark::registry::TombstoneRow> tombstones;

    void apply(const waymark::registry::RowChange& change);
    void renew(const waymark::registry::LeaseRow& row);
};

/// The text of the file, indented for people; README.md shows one.
std::string toJson(const Rows& rows);

/// `corrupt`, naming the place, for anything that toJson() or a careful person would not write.
waymark::Result<Rows> fromJson(const std::string& text);

} // namespace jsonfile

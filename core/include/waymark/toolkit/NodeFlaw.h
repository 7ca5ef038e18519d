#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::toolkit
{

/// What is wrong with the text of a node, an "enode://..." or "enr:...", and where.
struct NodeFlaw
{
    std::string what;         ///< one line, which names the part
    std::size_t position = 0; ///< in the text, from 0; its length for what is missing at the end

    /// Nothing for a node. A URL may have a host name in place of the address.
    static std::optional<NodeFlaw> find(std::string_view text);
    /// What is wrong, and below it the text and a caret under the place.
    std::string shown(std::string_view text, std::size_t width = 80) const;
};

/// A text and below it a caret under one of its characters, on two lines without an end, each indented by two
/// and no wider than `width`: of a longer text what stands around the place.
std::string pointedAt(std::string_view text, std::size_t position, std::size_t width = 80);

} // namespace waymark::toolkit

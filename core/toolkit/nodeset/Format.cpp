#include "nodeset/Format.h"

#include <algorithm>
#include <array>
#include <utility>

namespace waymark::toolkit::nodeset
{

namespace
{

constexpr std::array<std::pair<Format, std::string_view>, 6> names{{{Format::nodesJson, "nodes-json"},
                                                                    {Format::staticNodes, "static-nodes"},
                                                                    {Format::list, "list"},
                                                                    {Format::enodes, "enodes"},
                                                                    {Format::enrs, "enrs"},
                                                                    {Format::csv, "csv"}}};

} // namespace

std::string toString(Format format)
{
    return std::string(std::ranges::find(names, format, &decltype(names)::value_type::first)->second);
}

std::optional<Format> formatOf(std::string_view name)
{
    const auto* const found = std::ranges::find(names, name, &decltype(names)::value_type::second);
    return found == names.end() ? std::nullopt : std::optional(found->first);
}

std::vector<std::string> formatNames()
{
    std::vector<std::string> all;
    for (const auto& [format, name] : names)
        all.emplace_back(name);
    return all;
}

} // namespace waymark::toolkit::nodeset

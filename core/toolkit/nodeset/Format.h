#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::toolkit::nodeset
{

/// How node sets lie in files.
enum class Format
{
    nodesJson,   ///< geth's devp2p: an object of nodes by id, with their history
    staticNodes, ///< static-nodes.json: an array of URLs
    list,        ///< a line for each node: its record, or else its URL
    enodes,      ///< a URL a line
    enrs,        ///< a record a line
    csv          ///< with a heading; csvColumns
};

/// "nodes-json", as options name it.
std::string toString(Format format);
std::optional<Format> formatOf(std::string_view name);
std::vector<std::string> formatNames();

/// The heading of a CSV file. Of these "record" is what says who the node is and where; reading takes "score"
/// and the times besides, checks "node_id", and passes over the others, which are there for whoever looks at
/// the table.
inline constexpr std::string_view csvHeading =
    "node_id,seq,ip,tcp_port,udp_port,ip6,tcp6_port,udp6_port,fork_id,score,first_response,last_response,"
    "last_check,record";

} // namespace waymark::toolkit::nodeset

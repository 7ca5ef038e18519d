#include "commands/RecordView.h"

#include <waymark/base/Bytes.h>
#include <waymark/node/Enode.h>
#include <waymark/toolkit/nodeset/ForkId.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace waymark::discv4
{

namespace
{

using toolkit::Cell;

/// Entries that have fields of their own.
constexpr std::array<std::string_view, 9> shownElsewhere{"id",  "secp256k1", "ip",   "ip6", "udp",
                                                         "tcp", "udp6",      "tcp6", "eth"};

/// Nothing when it is another form of entry.
std::optional<Cell> forkOf(const node::Enr& record)
{
    const auto item = record.entry("eth");
    const auto fork = item ? toolkit::nodeset::ForkId::decode(*item) : std::nullopt;
    return fork ? std::optional(fork->cell()) : std::nullopt;
}

Cell otherEntries(const node::Enr& record)
{
    std::vector<std::pair<std::string, Cell>> members;
    for (const auto& [name, value] : record.entries()) {
        const bool isShown = std::ranges::find(shownElsewhere, name) != shownElsewhere.end() &&
                             (name != "eth" || forkOf(record));
        if (!isShown)
            members.emplace_back(name, "0x" + toHex(value));
    }
    return Cell::object(members);
}

void addEndpoint(toolkit::Record& to, const std::optional<node::NodeEndpoint>& endpoint,
                 const std::string& suffix)
{
    if (!endpoint)
        return;
    to.add("ip" + suffix, endpoint->ip.toString())
        .add("tcp" + suffix + "_port", "tcp" + suffix, endpoint->tcp)
        .add("udp" + suffix + "_port", "udp" + suffix, endpoint->udp);
}

} // namespace

void addRecord(toolkit::Record& to, const node::Enr& record)
{
    const auto v4 = record.endpointV4();
    const auto v6 = record.endpointV6();
    to.add("public_key", "public key", record.key().hex())
        .add("node_id", "node id", toHex(record.key().nodeId()))
        .add("seq", record.seq());
    addEndpoint(to, v4, "");
    addEndpoint(to, v6, "6");
    if (const auto& first = v4 ? v4 : v6)
        to.add("enode", node::Enode::advertised(record.key(), *first).toString());
    to.addIf("fork_id", "fork id", forkOf(record));
    if (const Cell others = otherEntries(record); others.json() != "{}")
        to.add("entries", others);
    to.add("enr", record.toString());
}

} // namespace waymark::discv4

#include "commands/crawl/Summary.h"

#include <waymark/node/Rlp.h>

#include <algorithm>
#include <functional>
#include <map>

namespace waymark::discv4::crawl
{

namespace
{

using toolkit::nodeset::Entry;
using Tally = std::map<std::string, std::size_t>;

constexpr const char* none = "none";

Summary::Counts byFrequency(const Tally& tally)
{
    Summary::Counts counts(tally.begin(), tally.end());
    std::ranges::stable_sort(counts, std::greater<>(), &Summary::Counts::value_type::second);
    return counts;
}

const char* familyOf(const Entry& entry)
{
    const bool hasV4 = entry.endpoint(node::IpFamily::v4).has_value();
    const bool hasV6 = entry.endpoint(node::IpFamily::v6).has_value();
    if (hasV4)
        return hasV6 ? "both" : "ipv4";
    return hasV6 ? "ipv6" : none;
}

} // namespace

std::string clientOf(const Entry& entry)
{
    const auto item = entry.item("client");
    if (!item)
        return {};
    node::rlp::Reader outer(*item);
    auto parts = outer.list();
    const auto name = parts ? parts->string() : failure(parts.error());
    return name ? std::string(name->begin(), name->end()) : std::string();
}

Summary::Summary(const toolkit::nodeset::NodeSet& nodes)
{
    Tally forks;
    Tally clients;
    Tally families;
    for (const auto& [id, entry] : nodes.entries()) {
        const auto fork = entry.forkId();
        ++forks[fork ? fork->toString() : none];
        const std::string client = clientOf(entry);
        ++clients[client.empty() ? none : client];
        ++families[familyOf(entry)];
    }
    _forks = byFrequency(forks);
    _clients = byFrequency(clients);
    _families = byFrequency(families);
}

} // namespace waymark::discv4::crawl

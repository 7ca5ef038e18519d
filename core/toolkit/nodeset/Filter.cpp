#include "nodeset/Filter.h"

#include <waymark/node/IpNetwork.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <tuple>

namespace waymark::toolkit::nodeset
{

using plugin::CommandArgument;

namespace
{

constexpr auto most = std::numeric_limits<std::uint64_t>::max();

} // namespace

plugin::CommandLine Filter::takingOptions(plugin::CommandLine line)
{
    return std::move(line)
        .takes(CommandArgument::option("network", "CIDR")
                   .repeatable()
                   .check([](const std::string& value) -> Result<void> {
                       return node::IpNetwork::parse(value).map([](const node::IpNetwork&) {});
                   })
                   .help("with an address in it, as 198.51.100.0/24 or 2001:db8::/32; in one of several"))
        .takes(CommandArgument::option("family", "FAMILY")
                   .oneOf({"ipv4", "ipv6"})
                   .help("with an address of that family"))
        .takes(CommandArgument::option("fork-id", "HASH[/NEXT]")
                   .check([](const std::string& value) -> Result<void> {
                       return parseFork(value).map([](const Fork&) {});
                   })
                   .help("on that fork, by its entry eth (EIP-2124): fc64ec04, or fc64ec04/1150000"))
        .takes(CommandArgument::option("entry", "KEY")
                   .repeatable()
                   .needs("a key of records")
                   .help("with that entry in its record, as eth or snap; with all of several"))
        .takes(CommandArgument::option("min-score", "N")
                   .needs("a number")
                   .integer(0, most)
                   .help("of that score or a better one"))
        .takes(CommandArgument::option("answered-within", "DURATION")
                   .duration()
                   .help("that answered so short ago, as 2h; others that never did are left out, too"))
        .takes(CommandArgument::option("min-age", "DURATION")
                   .duration()
                   .help("so long between its first and its last answer"))
        .takes(CommandArgument::option("limit", "N")
                   .needs("a number")
                   .integer(1, most)
                   .help("so many at most: the best by score, then by their last answer"));
}

Result<Filter::Fork> Filter::parseFork(const std::string& text)
{
    const auto slash = text.find('/');
    Fork fork;
    const auto wrong = [&] {
        return failure(
            ErrorCode::invalidArgument,
            "a fork id is 8 hex digits, and perhaps a slash and the next fork's block or time, not '" + text +
                '\'');
    };
    if (!fromHex(std::string_view(text).substr(0, slash), fork.hash))
        return wrong();
    if (slash != std::string::npos) {
        const char* const end = text.data() + text.size();
        std::uint64_t next = 0;
        const auto [rest, error] = std::from_chars(text.data() + slash + 1, end, next);
        if (error != std::errc() || rest != end)
            return wrong();
        fork.next = next;
    }
    return fork;
}

Filter::Filter(const plugin::CommandValues& values, WallTime now) : _keys(values.all("entry"))
{
    if (values.has("network")) {
        std::vector<node::IpNetwork> networks;
        for (const std::string& text : values.all("network"))
            networks.push_back(node::IpNetwork::parse(text).value());
        _networks.emplace(networks);
    }
    if (const auto family = values.find("family"))
        _family = *family == "ipv4" ? node::IpFamily::v4 : node::IpFamily::v6;
    if (const auto fork = values.find("fork-id"))
        _fork = parseFork(*fork).value();
    if (values.has("min-score"))
        _score = values.integer("min-score");
    if (values.has("answered-within"))
        _answeredSince = now - values.duration("answered-within");
    if (values.has("min-age"))
        _age = values.duration("min-age");
    if (values.has("limit"))
        _limit = values.integer("limit");
}

bool Filter::isInNetworks(const Entry& entry) const
{
    for (const auto family : {node::IpFamily::v4, node::IpFamily::v6})
        if (const auto where = entry.endpoint(family); where && _networks->contains(where->ip))
            return true;
    return false;
}

bool Filter::hasFork(const Entry& entry) const
{
    const auto fork = entry.forkId();
    return fork && fork->hash == _fork->hash && (!_fork->next || fork->next == *_fork->next);
}

bool Filter::matches(const Entry& entry) const
{
    const auto& history = entry.history;
    if (history.score < _score)
        return false;
    // An optional without a value is less than any time.
    if (_answeredSince && history.lastResponse < _answeredSince)
        return false;
    if (_age && (!history.firstResponse || !history.lastResponse ||
                 *history.lastResponse - *history.firstResponse < *_age))
        return false;
    return (!_family || entry.endpoint(*_family)) && (!_networks || isInNetworks(entry)) &&
           (!_fork || hasFork(entry)) &&
           std::ranges::all_of(_keys, [&](const std::string& key) { return entry.item(key).has_value(); });
}

NodeSet Filter::of(const NodeSet& nodes) const
{
    std::vector<const Entry*> matching;
    for (const auto& [id, entry] : nodes.entries())
        if (matches(entry))
            matching.push_back(&entry);
    if (_limit && matching.size() > *_limit) {
        const auto rank = [](const Entry* entry) {
            return std::tuple(entry->history.score, entry->history.lastResponse);
        };
        // Stable: of equals the first by id.
        std::ranges::stable_sort(matching, std::greater<>(), rank);
        matching.resize(*_limit);
    }
    NodeSet chosen;
    for (const Entry* entry : matching)
        chosen.merge(*entry);
    return chosen;
}

} // namespace waymark::toolkit::nodeset

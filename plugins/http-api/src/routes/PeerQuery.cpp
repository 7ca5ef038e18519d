#include "routes/PeerQuery.h"

#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr std::string_view labelPrefix = "label.";

std::optional<std::uint64_t> wholeNumber(std::string_view text)
{
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(number) : std::nullopt;
}

Answered<Duration> readWait(std::string_view text)
{
    using Unit = std::pair<std::string_view, Duration>;
    static constexpr std::array<Unit, 4> units = {
        Unit{"ms", std::chrono::milliseconds(1)}, Unit{"s", std::chrono::seconds(1)},
        Unit{"m", std::chrono::minutes(1)}, Unit{"", std::chrono::seconds(1)}};
    const auto unit = std::ranges::find_if(
        units, [text](const Unit& candidate) { return text.ends_with(candidate.first); });
    text.remove_suffix(unit->first.size());
    const auto count = wholeNumber(text);
    if (!count || *count > static_cast<std::uint64_t>(longestWait / unit->second))
        return refuse(400, "wait must be a time such as 500ms, 30s or 2m, of 10m at most");
    return unit->second * static_cast<Duration::rep>(*count);
}

class Reader
{
public:
    Answered<PeerQuery> read(const http::ApiRequest& request)
    {
        for (const auto& [name, value] : request.query) {
            if (auto taken = take(name, value); !taken)
                return tl::unexpected(std::move(taken.error()));
        }
        if (_query.wait.has_value() != _query.since.has_value())
            return refuse(400, "wait and revision belong together: wait=30s&revision=<what "
                               "Waymark-Revision told>");
        return std::move(_query);
    }

private:
    Answered<void> take(std::string_view name, const std::string& value)
    {
        if (name == "limit")
            return takeLimit(value);
        if (name == "cursor")
            return takeCursor(value);
        if (name == "wait")
            return takeWait(value);
        if (name == "revision")
            return takeRevision(value);
        if (name.starts_with(labelPrefix) && name.size() > labelPrefix.size()) {
            _query.labels.emplace(name.substr(labelPrefix.size()), value);
            return {};
        }
        return refuse(400, "there is no such parameter; known are limit, cursor, wait, revision and "
                           "label.<name>");
    }

    Answered<void> takeLimit(std::string_view value)
    {
        const auto limit = wholeNumber(value);
        if (!limit || *limit == 0 || *limit > largestPage)
            return refuse(400, "limit must be a whole number from 1 to " + std::to_string(largestPage));
        _query.limit = static_cast<std::size_t>(*limit);
        return {};
    }

    Answered<void> takeCursor(std::string_view value)
    {
        auto id = node::PeerId::parse(value);
        if (!id)
            return refuse(400, "cursor must be what the Link of the page before says");
        _query.cursor = std::move(*id);
        return {};
    }

    Answered<void> takeWait(std::string_view value)
    {
        const auto wait = readWait(value);
        if (!wait)
            return tl::unexpected(wait.error());
        _query.wait = *wait;
        return {};
    }

    Answered<void> takeRevision(std::string_view value)
    {
        const auto revision = registry::Revision::parse(value);
        if (!revision)
            return refuse(400, "revision must be what Waymark-Revision told");
        _query.since = *revision;
        return {};
    }

    PeerQuery _query;
};

} // namespace

Answered<PeerQuery> PeerQuery::read(const http::ApiRequest& request)
{
    return Reader().read(request);
}

bool PeerQuery::matches(const registry::Peer& peer) const
{
    return std::ranges::all_of(labels, [&peer](const auto& wanted) {
        const auto found = peer.labels.find(wanted.first);
        return found != peer.labels.end() && found->second == wanted.second;
    });
}

std::string PeerQuery::next(const node::PeerId& last) const
{
    Poco::URI target("/peers");
    for (const auto& [name, value] : labels)
        target.addQueryParameter(std::string(labelPrefix) + name, value);
    target.addQueryParameter("limit", std::to_string(limit.value_or(largestPage)));
    target.addQueryParameter("cursor", last.toString());
    return target.getPathAndQuery();
}

} // namespace waymark::httpapi

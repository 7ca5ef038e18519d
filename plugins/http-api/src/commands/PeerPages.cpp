#include "commands/PeerPages.h"

#include <Poco/URI.h>

#include <algorithm>

namespace waymark::httpapi
{

namespace
{

constexpr auto pageSize = "1000";
constexpr std::size_t mostBytes = std::size_t{1} << 30U;

/// Of `<target>; rel="next"`; nothing for other links.
std::string targetOf(const std::string& link)
{
    const std::size_t end = link.find('>');
    const bool isNext = link.find("rel=\"next\"", std::min(end, link.size())) != std::string::npos;
    return link.starts_with('<') && isNext ? link.substr(1, end - 1) : std::string();
}

std::optional<node::PeerId> cursorIn(const std::string& target)
{
    try {
        for (const auto& [name, value] : Poco::URI(target).getQueryParameters())
            if (name == "cursor")
                if (auto id = node::PeerId::parse(value))
                    return std::move(*id);
    } catch (const Poco::Exception&) {
        return std::nullopt; // no URL: the same as one without a cursor
    }
    return std::nullopt;
}

} // namespace

PeerPages::PeerPages(const TokenClient& client,
                     const std::vector<std::pair<std::string, std::string>>& labels)
    : _client(client)
{
    Poco::URI target("/peers");
    for (const auto& [name, value] : labels)
        target.addQueryParameter("label." + name, value);
    target.addQueryParameter("limit", pageSize);
    _query = target.getPathAndQuery();
}

Result<std::vector<ShownPeer>> PeerPages::next()
{
    _more = false;
    _refusal.reset();
    std::string from;
    if (_cursor)
        Poco::URI::encode(_cursor->toString(), "&+?#", from);
    const auto answer = _client.get(_query + (from.empty() ? "" : "&cursor=" + from));
    if (!answer)
        return failure(answer.error());
    if (answer->status != 200) {
        _refusal = *answer;
        return failure(ErrorCode::unavailable, answer->complaint());
    }
    _bytes += answer->body.size();
    if (_bytes > mostBytes)
        return failure(ErrorCode::tooLarge, "the peers are more than a gigabyte");
    const auto array = AnswerJson::array(answer->body);
    if (!array)
        return failure(array.error());
    std::vector<ShownPeer> peers;
    for (const auto& value : **array) {
        auto peer = AnswerJson::from(value).and_then(
            [](const AnswerJson& object) { return ShownPeer::read(object); });
        if (!peer)
            return failure(peer.error());
        peers.push_back(std::move(*peer));
    }
    if (_revision.empty())
        _revision = answer->header("waymark-revision");
    if (auto turned = turnTo(answer->header("link")); !turned)
        return failure(turned.error());
    return peers;
}

/// Only where a page begins is taken from the link: whom to ask and for what is not the answer's to say.
Result<void> PeerPages::turnTo(const std::string& link)
{
    const std::string target = targetOf(link);
    if (target.empty())
        return {};
    auto cursor = cursorIn(target);
    if (!cursor || (_cursor && *cursor <= *_cursor))
        return failure(ErrorCode::corrupt, "the pages of the answer go round in circles");
    _cursor = std::move(cursor);
    _more = true;
    return {};
}

} // namespace waymark::httpapi

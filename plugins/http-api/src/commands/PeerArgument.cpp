#include "commands/PeerArgument.h"

#include "commands/ApiOptions.h"
#include "commands/PeerPages.h"

#include <waymark/node/Enode.h>
#include <waymark/node/Enr.h>

#include <Poco/Ascii.h>
#include <Poco/URI.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;

constexpr std::size_t fewestDigits = 4;

/// The digits of a text that may be the beginning of an id of Ethereum's, in lower case; "..." behind it,
/// as it stands in documents, does not matter. Nothing for what is none.
std::optional<std::string> beginningIn(std::string text)
{
    constexpr std::string_view more = "...";
    if (text.starts_with("0x"))
        text.erase(0, 2);
    if (text.ends_with(more))
        text.resize(text.size() - more.size());
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return Poco::Ascii::toLower(c); });
    const bool fits = text.size() >= fewestDigits && text.size() < PeerArgument::wholeDigits;
    const bool isHex = text.find_first_not_of("0123456789abcdef") == std::string::npos;
    return fits && isHex ? std::optional(std::move(text)) : std::nullopt;
}

tl::unexpected<Error> ambiguous(const std::string& text, const std::vector<std::string>& ids)
{
    constexpr std::size_t shown = 4;
    constexpr std::size_t digits = 16;
    std::string names;
    for (std::size_t i = 0; i < std::min(ids.size(), shown); ++i)
        names += (i == 0 ? "" : ", ") + PeerArgument::brief(ids[i], std::max(digits, text.size() + 4));
    return failure(ErrorCode::invalidArgument,
                   "'" + text + "' begins the ids of " + std::to_string(ids.size()) + " registered peers (" +
                       names + (ids.size() > shown ? ", ..." : "") + "): give more digits");
}

/// Neither in any of the forms nor hex: what is wrong with the digits is no matter then.
bool isOfNoForm(std::string text)
{
    if (text.find(':') != std::string::npos)
        return false;
    if (text.starts_with("0x"))
        text.erase(0, 2);
    return text.size() < fewestDigits ||
           text.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos;
}

/// Without words of its own the argument says what is needed.
Result<void> checkPeer(const std::string& value)
{
    if (beginningIn(value))
        return {};
    const auto peer = PeerArgument::parse(value);
    if (!peer && isOfNoForm(value))
        return failure(ErrorCode::invalidArgument, "");
    return peer ? Result<void>() : failure(peer.error());
}

Result<void> checkLabel(const std::string& value)
{
    if (value.find('=') != std::string::npos && !value.starts_with('='))
        return {};
    return failure(ErrorCode::invalidArgument, "");
}

} // namespace

CommandArgument PeerArgument::operand()
{
    return CommandArgument::operand("PEER")
        .needs("an enode URL, an ENR, a peer's id in hex, or 4 or more of its first digits")
        .check(checkPeer)
        .help("an enode URL, an ENR, or the id: 128 hex digits, or as many of the first, 4 at least, as only "
              "one registered peer has; or <scheme>:... of another network");
}

Result<std::optional<node::PeerId>> PeerArgument::find(const TokenClient& client, const std::string& text)
{
    const auto beginning = beginningIn(text);
    if (!beginning) {
        auto id = parse(text);
        return id ? Result<std::optional<node::PeerId>>(std::move(*id)) : failure(id.error());
    }
    std::vector<std::string> found;
    PeerPages pages(client);
    while (pages.more()) {
        const auto page = pages.next();
        if (!page)
            return failure(pages.refusal() ? ApiOptions::errorOf(*pages.refusal()) : page.error());
        for (const ShownPeer& peer : *page)
            if (peer.id.starts_with("0x" + *beginning))
                found.push_back(peer.id);
    }
    if (found.empty())
        return std::nullopt;
    if (found.size() > 1)
        return ambiguous(text, found);
    auto id = node::PeerId::parse(found.front());
    return id ? Result<std::optional<node::PeerId>>(std::move(*id))
              : failure(ErrorCode::corrupt, "the answer has an id that is none");
}

Result<node::PublicKey> PeerArgument::parseNode(const std::string& text)
{
    if (text.starts_with("enode:")) {
        const auto enode = node::Enode::parse(text);
        return enode ? Result<node::PublicKey>(enode->key) : failure(enode.error());
    }
    if (text.starts_with(node::Enr::textPrefix)) {
        const auto enr = node::Enr::parse(text);
        return enr ? Result<node::PublicKey>(enr->key()) : failure(enr.error());
    }
    return node::PublicKey::fromHex(text);
}

Result<node::PeerId> PeerArgument::parse(const std::string& text)
{
    if (!text.starts_with("enode:") && !text.starts_with(node::Enr::textPrefix))
        return node::PeerId::parse(text);
    const auto key = parseNode(text);
    return key ? Result<node::PeerId>(node::PeerId(*key)) : failure(key.error());
}

std::string PeerArgument::path(const node::PeerId& id)
{
    std::string encoded;
    Poco::URI::encode(id.toString(), "/?#:%", encoded);
    return "/peers/" + encoded;
}

std::string PeerArgument::brief(const std::string& id, std::size_t digits)
{
    constexpr std::size_t longestName = 24;
    if (id.starts_with("0x"))
        return id.substr(2, digits);
    const std::size_t most = std::max(longestName, digits);
    return id.size() <= most ? id : id.substr(0, most - 3) + "...";
}

CommandArgument PeerArgument::labelOption(std::string help)
{
    return CommandArgument::option("label", "NAME=VALUE")
        .needs("NAME=VALUE")
        .check(checkLabel)
        .repeatable()
        .help(std::move(help));
}

std::vector<std::pair<std::string, std::string>> PeerArgument::labels(const std::vector<std::string>& words)
{
    std::vector<std::pair<std::string, std::string>> labels;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        labels.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
    return labels;
}

} // namespace waymark::httpapi

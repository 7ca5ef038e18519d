#include "commands/PeerArgument.h"

#include <waymark/node/Enode.h>
#include <waymark/node/Enr.h>

#include <Poco/URI.h>

#include <utility>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;

constexpr std::size_t briefDigits = 8;

Result<void> checkPeer(const std::string& value)
{
    const auto peer = PeerArgument::parse(value);
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
        .needs("an enode URL, an ENR or a peer's id")
        .check(checkPeer)
        .help("an enode URL, an ENR, or the id: 128 hex digits, or <scheme>:... of another network");
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

std::string PeerArgument::brief(const std::string& id)
{
    const std::size_t begin = id.starts_with("0x") ? 2 : 0;
    return id.size() <= begin + briefDigits + 3 ? id : id.substr(begin, briefDigits) + "...";
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

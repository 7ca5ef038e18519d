#pragma once

#include <waymark/base/Result.h>
#include <waymark/node/Key.h>
#include <waymark/node/PeerId.h>
#include <waymark/plugin/CommandArgument.h>

#include <string>
#include <vector>

namespace waymark::httpapi
{

/// How people say which peer they mean: by an enode URL, an ENR or an id.
class PeerArgument
{
public:
    /// PEER, of any network.
    static plugin::CommandArgument operand();
    static Result<node::PeerId> parse(const std::string& text);
    /// One of Ethereum's.
    static Result<node::PublicKey> parseNode(const std::string& text);

    /// The path of a peer's own resource.
    static std::string path(const node::PeerId& id);
    /// An id as a column of a table has room for it: "c6047f94...".
    static std::string brief(const std::string& id);

    /// --label NAME=VALUE, repeatable, and what it says as "NAME" and "VALUE".
    static plugin::CommandArgument labelOption(std::string help);
    static std::vector<std::pair<std::string, std::string>> labels(const std::vector<std::string>& words);
};

} // namespace waymark::httpapi

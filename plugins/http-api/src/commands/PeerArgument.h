#pragma once

#include "commands/TokenClient.h"

#include <waymark/base/Result.h>
#include <waymark/node/Key.h>
#include <waymark/node/PeerId.h>
#include <waymark/plugin/CommandArgument.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

/// How people say which peer they mean: by an enode URL, an ENR, an id or the beginning of one.
class PeerArgument
{
public:
    /// PEER, of any network.
    static plugin::CommandArgument operand();
    /// Who is meant by it. The beginning of an id, of 4 hex digits or more, is looked for among the daemon's
    /// registered peers: nothing where none has it, invalidArgument for several, which are named. Other
    /// errors are for ApiOptions::complain().
    static Result<std::optional<node::PeerId>> find(const TokenClient& client, const std::string& text);
    static Result<node::PeerId> parse(const std::string& text);
    /// One of Ethereum's.
    static Result<node::PublicKey> parseNode(const std::string& text);

    /// The path of a peer's own resource.
    static std::string path(const node::PeerId& id);
    /// An id as a column of a table has room for it, "c6047f94": find() knows who that is. Those of other
    /// networks are whole up to 24 characters.
    static std::string brief(const std::string& id, std::size_t digits = briefDigits);
    static constexpr std::size_t briefDigits = 8;
    static constexpr std::size_t wholeDigits = 128;

    /// --label NAME=VALUE, repeatable, and what it says as "NAME" and "VALUE".
    static plugin::CommandArgument labelOption(std::string help);
    static std::vector<std::pair<std::string, std::string>> labels(const std::vector<std::string>& words);
};

} // namespace waymark::httpapi

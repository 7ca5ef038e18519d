#pragma once

#include "wire/Message.h"

#include <waymark/base/Result.h>
#include <waymark/node/Enode.h>

#include <optional>
#include <string_view>
#include <vector>

namespace waymark::discv4
{

/// A node by its enode URL or its ENR with an address in it: the IPv4 one, else the IPv6 one.
Result<wire::Neighbor> parseNode(std::string_view text);

/// One entry of discv4.bootnodes.
struct Bootnode
{
    std::vector<wire::Neighbor>
        places; ///< the same node in one family or two; none yet where there is a name
    std::optional<node::NamedEnode> name; ///< to be resolved

    /// An enode URL, its host an address or a name, or an ENR with an address in it.
    static Result<Bootnode> parse(std::string_view text);

    friend bool operator==(const Bootnode&, const Bootnode&) = default;
};

} // namespace waymark::discv4

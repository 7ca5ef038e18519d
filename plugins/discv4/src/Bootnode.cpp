#include "Bootnode.h"

#include <waymark/node/Enr.h>

#include <string>

namespace waymark::discv4
{

namespace
{

Result<Bootnode> bootnodeOf(const node::Enr& record)
{
    Bootnode made;
    for (const auto& endpoint : {record.endpointV4(), record.endpointV6()})
        if (endpoint)
            made.places.push_back({record.key(), *endpoint});
    if (made.places.empty())
        return failure(ErrorCode::invalidArgument,
                       "the ENR has no address with a UDP port, so the node cannot be asked");
    return made;
}

} // namespace

Result<Bootnode> Bootnode::parse(std::string_view text)
{
    if (text.starts_with(node::Enr::textPrefix)) {
        const auto record = node::Enr::parse(text);
        return record ? bootnodeOf(*record) : failure(record.error());
    }
    if (!text.starts_with("enode://"))
        return failure(
            ErrorCode::invalidArgument,
            '\'' + std::string(text) +
                "' is neither an enode URL (enode://<128 hex digits>@<ip>:<port>) nor an ENR (enr:...)");
    if (auto named = node::NamedEnode::parse(text))
        return Bootnode{{}, *std::move(named)};
    const auto enode = node::Enode::parse(text);
    if (!enode)
        return failure(enode.error());
    return Bootnode{{{enode->key, enode->endpoint}}, std::nullopt};
}

Result<wire::Neighbor> parseNode(std::string_view text)
{
    const auto node = Bootnode::parse(text);
    if (!node)
        return failure(node.error());
    if (node->name)
        return failure(ErrorCode::invalidArgument,
                       node->name->host + " is no IP address, and names are not resolved here");
    return node->places.front();
}

} // namespace waymark::discv4

#include "documents/DocumentCache.h"
#include "documents/DocumentSigner.h"
#include "documents/Documents.h"
#include "documents/SignatureBase.h"
#include "routes/PeerAnswers.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr auto jsonType = "application/json";
constexpr auto textType = "text/plain; charset=utf-8";
constexpr std::size_t tagDigits = 24;

/// A document's text, or nothing with the reason why there is none.
using Text = std::function<Answered<std::string>(const Snapshot&)>;

http::ApiResponse document(const Context& context, const std::string& path, const char* type,
                           const Text& text, const Snapshot& snapshot)
{
    auto content = text(snapshot);
    if (!content)
        return answer(content.error());
    const std::string tag = toHex(sha256(*content)).substr(0, tagDigits);
    http::ApiResponse::Headers headers{{"ETag", '"' + tag + '"'},
                                       {"Cache-Control", "no-cache"},
                                       {revisionHeader, snapshot.revision.toString()}};
    if (context.signDocuments)
        headers.merge(DocumentSigner(*context.localNode, *context.clock)
                          .sign(path, *content, snapshot.revision, context.signatureLifetime.load()));
    auto made = http::ApiResponse::complete(200, type, std::move(*content));
    for (auto& [name, value] : headers)
        made.header(name, std::move(value));
    return made;
}

Answered<std::string> bootnodes(const Context& context, const Snapshot& snapshot)
{
    if (!context.chainId)
        return refuse(404, "set http-api.chain-id to the id of the chain that this node serves");
    return bootnodesDocument(snapshot, *context.chainId);
}

Answered<std::string> ownUrl(const Snapshot& snapshot)
{
    auto text = enodeDocument(snapshot);
    if (text.empty())
        return refuse(503, "no discovery plugin has a socket, so this node has no address to tell");
    return text;
}

} // namespace

std::vector<Subscription> addDocumentRoutes(http::RouteTable& routes, const Context& context)
{
    std::vector<Subscription> added;
    const auto add = [&](const std::string& path, const char* type, std::string summary, Text text) {
        const auto cache = std::make_shared<DocumentCache>(
            *context.localNode, *context.registry, *context.clock,
            [&context, path, type, text = std::move(text)](const Snapshot& snapshot) {
                return document(context, path, type, text, snapshot);
            });
        http::Route route;
        route.method = "GET";
        route.pattern = path;
        route.summary = std::move(summary);
        route.role = http::Role::reader;
        route.handler = [cache](const http::ApiRequest&) {
            return cache->get();
        };
        added.push_back(routes.add(std::move(route)));
    };
    add("/bootstrap", jsonType, "This node, as software reads it that joins through it",
        [&context](const Snapshot& snapshot) {
            return bootstrapDocument(snapshot, context.bootstrapNodeId);
        });
    add("/enode", textType, "This node's enode URL", ownUrl);
    add("/enr", textType, "This node's record (EIP-778)", enrDocument);
    add("/bootnodes.json", jsonType, "The bootnodes of this chain",
        [&context](const Snapshot& snapshot) { return bootnodes(context, snapshot); });
    add("/static-nodes.json", jsonType, "The registered peers, as geth and Besu read them",
        staticNodesDocument);
    add("/peers.json", jsonType, "The registered peers with their names", peersDocument);
    add("/peers.txt", textType, "The registered peers, a line with address and TCP port for each",
        peerListDocument);
    add("/peer_count", textType, "How many lines that has", peerCountDocument);
    return added;
}

} // namespace waymark::httpapi

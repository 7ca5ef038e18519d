#include "live/EventText.h"

#include "json/PeerJson.h"
#include "json/Utf8.h"

namespace waymark::httpapi
{

namespace
{

constexpr std::string_view retryMilliseconds = "3000";

/// `data` is one line: JSON escapes what would break it.
void append(std::string& out, std::string_view name, const std::string& id, std::string_view data)
{
    out += "id: " + id + "\nevent: " + std::string(name) + "\ndata: " + std::string(data) + "\n\n";
}

std::string revisionJson(const std::string& revision)
{
    return R"({"revision":")" + revision + "\"}";
}

} // namespace

void appendBeginning(std::string& out, registry::Revision from)
{
    const std::string revision = from.toString();
    out += "retry: " + std::string(retryMilliseconds) + '\n';
    append(out, "revision", revision, revisionJson(revision));
}

void appendEvent(std::string& out, const registry::PeerEvent& event)
{
    const std::string revision = event.revision.toString();
    const bool expired = event.cause == registry::PeerEvent::Cause::expiry;
    std::string data = R"({"revision":")" + revision + R"(","cause":")" + (expired ? "expiry" : "change") +
                       R"(","id":)" + jsonQuoted(event.id.toString()) + R"(,"peer":)";
    if (event.peer)
        appendPeer(data, *event.peer);
    else
        data += "null";
    append(out, event.kind == registry::PeerEvent::Kind::put ? "put" : "removed", revision, data + '}');
}

void appendResync(std::string& out, registry::Revision last)
{
    const std::string revision = last.toString();
    append(out, "resync", revision, revisionJson(revision));
}

} // namespace waymark::httpapi

#include "commands/VerifyCommand.h"

#include "commands/ApiOptions.h"
#include "commands/ClientToken.h"
#include "commands/PeerArgument.h"
#include "commands/ShownPeer.h"
#include "documents/DocumentVerifier.h"

#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Record.h>

#include <cstdint>
#include <string>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;
using plugin::ExitCode;

Result<void> checkNode(const std::string& value)
{
    const auto node = PeerArgument::parseNode(value);
    return node ? Result<void>() : failure(node.error());
}

Result<void> checkRevision(const std::string& value)
{
    const auto revision = registry::Revision::parse(value);
    return revision ? Result<void>() : failure(revision.error());
}

Result<void> checkTime(const std::string& value)
{
    const auto seconds = secondsOf(value);
    const bool isWritten = seconds && *seconds >= 0 && timeOf(static_cast<std::uint64_t>(*seconds)) == value;
    return isWritten ? Result<void>() : failure(ErrorCode::invalidArgument, "");
}

bool isRefusal(int status) noexcept
{
    return ApiOptions::codeFor(status) == ExitCode::keyFile;
}

/// The server of a URL and the document's path there.
struct Place
{
    std::string server;
    std::string path;
};

Place placeOf(const std::string& url)
{
    const std::size_t scheme = url.find("://");
    const std::size_t slash = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
    return slash == std::string::npos ? Place{url, {}} : Place{url.substr(0, slash), url.substr(slash)};
}

DocumentCopy copyOf(const ApiAnswer& answer, std::string path)
{
    return {std::move(path),
            answer.body,
            answer.header("content-digest"),
            answer.header("signature-input"),
            answer.header("signature"),
            answer.header("waymark-revision")};
}

DocumentDemands demandsOf(const plugin::CommandValues& values, const Clock& clock)
{
    DocumentDemands demands;
    demands.node = PeerArgument::parseNode(values.text("node")).value();
    demands.now = clock.unixSeconds();
    if (const auto after = values.find("after"))
        demands.after = registry::Revision::parse(*after).value();
    if (values.has("since"))
        demands.since = static_cast<std::uint64_t>(secondsOf(values.text("since")).value());
    return demands;
}

} // namespace

const plugin::CommandLine& VerifyCommand::line() const
{
    static const plugin::CommandLine line =
        ApiOptions::withTls(
            plugin::CommandLine(
                "http-api verify",
                "Fetches a document of a node, from it or from wherever a copy is, and checks that "
                "the node has signed this content for this path, that the signature has not "
                "expired, and that it is not older than one seen before.")
                .takes(CommandArgument::option("node", "NODE")
                           .needs("an enode URL, an ENR or 128 hex digits")
                           .check(checkNode)
                           .required()
                           .help("who must have signed it: an enode URL, an ENR or the id"))
                .takes(CommandArgument::option("after", "REVISION")
                           .needs("a revision")
                           .check(checkRevision)
                           .help("of a copy seen before: an older one is refused"))
                .takes(CommandArgument::option("since", "TIME")
                           .needs("a time as 2033-05-18T03:33:20Z")
                           .check(checkTime)
                           .help("when a copy seen before was created: an older one is refused"))
                .takes(CommandArgument::option("path", "PATH")
                           .needs("a path")
                           .help("where the node serves it, if that is not the path of URL"))
                .takes(ClientToken::option())
                .takes(CommandArgument::flag("token").help(
                    "send the token that WAYMARK_TOKEN_FILE names; not for mirrors (--token-file is always "
                    "sent)"))
                .takes(CommandArgument::operand("URL")
                           .needs("http(s)://HOST:PORT/DOCUMENT")
                           .help("the document; with unix:/PATH --path says which")))
            .takes(toolkit::Listing::jsonFlag())
            .example("waymark verify --node 79be667e... https://mirror.example/peers.txt")
            .exits(ExitCode::ok, "it is good; the output says as what for --after and --since")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::corruptData, "it is not signed, not whole, expired, or older")
            .exits(ExitCode::unavailable, "nobody answers, or there is no such document")
            .exits(ExitCode::io, "a file cannot be read")
            .exits(ExitCode::keyFile, "a token or certificate cannot be used, or is refused");
    return line;
}

int VerifyCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const std::string& url = values->text("URL");
    const Place place = placeOf(url);
    const std::string served = values->find("path").value_or(place.path);
    if (!served.starts_with('/'))
        return line().refuse(context, "say which document, by the path in URL or with --path");
    const auto client = ApiOptions::open(*values, place.server);
    if (!client)
        return ApiOptions::complain(line(), context, client.error());
    // Who has a copy need not be trusted: the node's token is not for him.
    const bool isTrusted = values->has("token") || values->has("token-file");
    const auto token = ClientToken::of(*values);
    const auto authorization = isTrusted ? token.authorization() : Result<SecretBuffer>(SecretBuffer());
    if (!authorization)
        return ApiOptions::complain(line(), context, authorization.error());
    auto answer = client->send({.method = "GET",
                                .path = place.path.empty() ? served : place.path,
                                .authorization = authorization->view()});
    if (!answer)
        return ApiOptions::complain(line(), context, answer.error());
    answer->advice = isTrusted ? token.advice()
                               : "name the file with the token with --token-file, or send that of "
                                 "WAYMARK_TOKEN_FILE with --token";
    if (answer->status != 200)
        return line().fail(context, isRefusal(answer->status) ? ExitCode::keyFile : ExitCode::unavailable,
                           answer->complaint());
    const auto found = verifyDocument(copyOf(*answer, served), demandsOf(*values, _clock));
    if (!found)
        return line().fail(context, ExitCode::corruptData, url + ": " + printable(found.error().message));
    toolkit::Record()
        .add("good", true)
        .add("created_at", "created", timeOf(found->created))
        .add("expires_at", "expires", timeOf(found->expires))
        .add("revision", found->revision.toString())
        .print(context, *values);
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::httpapi

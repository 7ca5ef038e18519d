#include "commands/VerifyCommand.h"

#include "commands/ApiClient.h"
#include "documents/DocumentVerifier.h"

#include <waymark/node/Enode.h>
#include <waymark/node/Enr.h>
#include <waymark/plugin/CommandLine.h>

#include <limits>
#include <ostream>
#include <string>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;
using plugin::ExitCode;

Result<node::PublicKey> parseNode(const std::string& text)
{
    if (text.starts_with("enode:")) {
        const auto enode = node::Enode::parse(text);
        return enode ? Result<node::PublicKey>(enode->key) : failure(enode.error());
    }
    if (text.starts_with("enr:")) {
        const auto enr = node::Enr::parse(text);
        return enr ? Result<node::PublicKey>(enr->key()) : failure(enr.error());
    }
    return node::PublicKey::fromHex(text);
}

Result<void> checkNode(const std::string& value)
{
    const auto node = parseNode(value);
    return node ? Result<void>() : failure(node.error());
}

Result<void> checkRevision(const std::string& value)
{
    const auto revision = registry::Revision::parse(value);
    return revision ? Result<void>() : failure(revision.error());
}

const plugin::CommandLine& commandLine()
{
    static const plugin::CommandLine line =
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
            .takes(CommandArgument::option("since", "CREATED")
                       .needs("seconds since 1970")
                       .integer(0, std::numeric_limits<std::uint64_t>::max())
                       .help("when a copy seen before was created: an older one is refused"))
            .takes(CommandArgument::option("path", "PATH")
                       .needs("a path")
                       .help("where the node serves it, if that is not the path of URL"))
            .takes(CommandArgument::option("ca", "FILE")
                       .needs("the name of a file")
                       .help("PEM file with the authority of the server's certificate"))
            .takes(CommandArgument::flag("token").help(
                "send the token in the file that WAYMARK_TOKEN_FILE names; not for mirrors"))
            .takes(CommandArgument::operand("URL")
                       .needs("http(s)://HOST:PORT/DOCUMENT")
                       .help("the document; with unix:/PATH --path says which"))
            .example("waymark verify --node 79be667e... https://mirror.example/peers.txt")
            .exits(ExitCode::ok, "it is good; the output says as what for --after and --since")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::corruptData, "it is not signed, not whole, expired, or older")
            .exits(ExitCode::unavailable, "nobody answers, or there is no such document")
            .exits(ExitCode::keyFile, "the file of WAYMARK_TOKEN_FILE cannot be read");
    return line;
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
    demands.node = parseNode(values.text("node")).value();
    demands.now = clock.unixSeconds();
    if (const auto after = values.find("after"))
        demands.after = registry::Revision::parse(*after).value();
    if (values.has("since"))
        demands.since = values.integer("since");
    return demands;
}

} // namespace

const plugin::CommandLine& VerifyCommand::line() const
{
    return commandLine();
}

int VerifyCommand::run(const plugin::CommandContext& context)
{
    const auto& line = commandLine();
    const auto values = line.read(context);
    if (!values)
        return values.error();
    const Place place = placeOf(values->text("URL"));
    const std::string served = values->find("path").value_or(place.path);
    if (!served.starts_with('/'))
        return line.refuse(context, "say which document, by the path in URL or with --path");
    const auto client = ApiClient::open(place.server, values->find("ca"));
    if (!client)
        return line.refuse(context, client.error().message);
    // Who has a copy need not be trusted: the node's token is not for him.
    const auto token =
        values->has("token") ? authorizationFromEnvironment() : Result<SecretBuffer>(SecretBuffer());
    if (!token)
        return line.fail(context, ExitCode::keyFile, token.error().message);
    const auto answer = client->send("GET", place.path.empty() ? served : place.path, {}, token->view());
    if (!answer)
        return line.fail(context, ExitCode::unavailable, answer.error().message);
    if (answer->status != 200)
        return line.fail(context, ExitCode::unavailable, values->text("URL") + ": " + answer->complaint());
    const auto found = verifyDocument(copyOf(*answer, served), demandsOf(*values, _clock));
    if (!found)
        return line.fail(context, ExitCode::corruptData, values->text("URL") + ": " + found.error().message);
    context.out << "good created=" << found->created << " expires=" << found->expires
                << " revision=" << found->revision.toString() << '\n';
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::httpapi

#include "commands/ApiOptions.h"

#include "commands/ClientToken.h"

#include <Poco/Environment.h>

#include <chrono>
#include <string>
#include <utility>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;
using plugin::ExitCode;

CommandArgument fileOption(std::string name, std::string help)
{
    return CommandArgument::option(std::move(name), "FILE").needs("the name of a file").help(std::move(help));
}

constexpr auto urlVariable = "WAYMARK_URL";

/// In the words of the commands of discv4.
Result<std::chrono::milliseconds> timeoutOf(const plugin::CommandValues& values)
{
    constexpr std::chrono::milliseconds least(1);
    constexpr std::chrono::milliseconds most = std::chrono::hours(24);
    const auto given = values.duration("timeout");
    if (given >= least && given <= most)
        return std::chrono::ceil<std::chrono::milliseconds>(given);
    return failure(ErrorCode::invalidArgument, "--timeout is between " + std::to_string(least.count()) +
                                                   "ms and " + std::to_string(most.count()) + "ms, not " +
                                                   values.text("timeout"));
}

Result<ApiClient> openAt(const plugin::CommandValues& values, const std::string& url)
{
    const auto patience = timeoutOf(values);
    if (!patience)
        return failure(patience.error());
    return ApiClient::open(url, {values.find("ca"), values.find("cert"), values.find("cert-key")}, *patience);
}

} // namespace

plugin::CommandLine ApiOptions::withUrl(plugin::CommandLine line)
{
    return withTls(
        std::move(line)
            .takes(CommandArgument::option("url", "URL")
                       .needs("http://HOST:PORT, https://HOST:PORT or unix:/PATH")
                       .help("the daemon's HTTP API (WAYMARK_URL, else unix:/run/waymark/waymark.sock where "
                             "it can be written to, else http://127.0.0.1:8080)"))
            .takes(ClientToken::option()));
}

plugin::CommandLine ApiOptions::withTls(plugin::CommandLine line)
{
    return std::move(line)
        .takes(fileOption("ca", "PEM file with the authority of the server's certificate"))
        .takes(fileOption("cert", "PEM file with a certificate to show, where the server asks for one"))
        .takes(fileOption("cert-key", "PEM file with its key, mode 0600"))
        .takes(CommandArgument::option("timeout", "DURATION")
                   .duration()
                   .help("how long the server may take to connect, and to answer")
                   .defaultsTo("10s"));
}

plugin::CommandLine ApiOptions::withExitCodes(plugin::CommandLine line)
{
    return std::move(line)
        .exits(ExitCode::usage, "the arguments are wrong")
        .exits(ExitCode::corruptData, "the daemon does not take these data, or is none")
        .exits(ExitCode::unavailable, "it does not answer, or has no room now")
        .exits(ExitCode::internal, "it has failed")
        .exits(ExitCode::io, "a file cannot be read")
        .exits(ExitCode::keyFile, "a key, token or certificate cannot be used, or is refused");
}

Result<ApiClient> ApiOptions::open(const plugin::CommandValues& values)
{
    const auto given = values.find("url");
    const bool isFromVariable = !given && !Poco::Environment::get(urlVariable, "").empty();
    auto client = openAt(values, given.value_or(ApiClient::usualPlace()));
    if (client && isFromVariable)
        client->cameFrom(urlVariable);
    if (!client && isFromVariable && client.error().message.starts_with('\''))
        return failure(client.error().in(urlVariable)); // what is wrong with the URL begins with it
    return client;
}

Result<ApiClient> ApiOptions::open(const plugin::CommandValues& values, const std::string& url)
{
    return openAt(values, url);
}

int ApiOptions::complain(const plugin::CommandLine& line, const plugin::CommandContext& context,
                         const Error& error)
{
    switch (error.code) {
    case ErrorCode::invalidArgument:
        return line.refuse(context, error.message);
    case ErrorCode::permission:
        return line.fail(context, ExitCode::keyFile, error.message);
    case ErrorCode::corrupt:
    case ErrorCode::tooLarge:
        return line.fail(context, ExitCode::corruptData, error.message);
    case ErrorCode::io:
    case ErrorCode::notFound:
        return line.fail(context, ExitCode::io, error.message);
    case ErrorCode::internal:
        return line.fail(context, ExitCode::internal, error.message);
    default:
        return line.fail(context, ExitCode::unavailable, error.message);
    }
}

int ApiOptions::complain(const plugin::CommandLine& line, const plugin::CommandContext& context,
                         const ApiAnswer& answer)
{
    return line.fail(context, codeFor(answer.status), answer.complaint());
}

ExitCode ApiOptions::codeFor(int status) noexcept
{
    if (status == 401 || status == 403)
        return ExitCode::keyFile;
    if (status == 429 || status == 408 || status == 503 || status == 504)
        return ExitCode::unavailable;
    return status >= 500 ? ExitCode::internal : ExitCode::corruptData;
}

Error ApiOptions::errorOf(const ApiAnswer& answer)
{
    switch (codeFor(answer.status)) {
    case ExitCode::keyFile:
        return {ErrorCode::permission, answer.complaint()};
    case ExitCode::corruptData:
        return {ErrorCode::corrupt, answer.complaint()};
    case ExitCode::internal:
        return {ErrorCode::internal, answer.complaint()};
    default:
        return {ErrorCode::unavailable, answer.complaint()};
    }
}

bool ApiOptions::passes(int status) noexcept
{
    return status == 429 || status == 408 || status >= 500;
}

} // namespace waymark::httpapi

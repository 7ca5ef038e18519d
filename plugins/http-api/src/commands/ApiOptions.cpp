#include "commands/ApiOptions.h"

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

Result<void> checkTimeout(const std::string& value)
{
    return value == "0" || value == "0s" || value == "0ms" ? failure(ErrorCode::invalidArgument, "")
                                                           : Result<void>();
}

} // namespace

plugin::CommandLine ApiOptions::withUrl(plugin::CommandLine line)
{
    return withTls(std::move(line).takes(
        CommandArgument::option("url", "URL")
            .needs("http://HOST:PORT, https://HOST:PORT or unix:/PATH")
            .help("the daemon's HTTP API (WAYMARK_URL, else unix:/run/waymark/waymark.sock where "
                  "it can be written to, else http://127.0.0.1:8080)")));
}

plugin::CommandLine ApiOptions::withTls(plugin::CommandLine line)
{
    return std::move(line)
        .takes(fileOption("ca", "PEM file with the authority of the server's certificate"))
        .takes(fileOption("cert", "PEM file with a certificate to show, where the server asks for one"))
        .takes(fileOption("cert-key", "PEM file with its key, mode 0600"))
        .takes(CommandArgument::option("timeout", "TIME")
                   .duration()
                   .check(checkTimeout)
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
        .exits(ExitCode::keyFile, "a key, token or certificate cannot be read, or is refused");
}

Result<ApiClient> ApiOptions::open(const plugin::CommandValues& values)
{
    return open(values, values.find("url").value_or(ApiClient::usualPlace()));
}

Result<ApiClient> ApiOptions::open(const plugin::CommandValues& values, const std::string& url)
{
    const auto patience = std::chrono::ceil<std::chrono::milliseconds>(values.duration("timeout"));
    return ApiClient::open(url, {values.find("ca"), values.find("cert"), values.find("cert-key")}, patience);
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

bool ApiOptions::passes(int status) noexcept
{
    return status == 429 || status == 408 || status >= 500;
}

} // namespace waymark::httpapi

#pragma once

#include "commands/ApiClient.h"

#include <waymark/base/Result.h>
#include <waymark/plugin/CommandLine.h>

namespace waymark::httpapi
{

/// What all commands have in common that ask a daemon: where it is, how it is spoken with, and how they end.
class ApiOptions
{
public:
    /// --url, --token-file and those of withTls().
    static plugin::CommandLine withUrl(plugin::CommandLine line);
    /// --ca, --cert, --cert-key and --timeout.
    static plugin::CommandLine withTls(plugin::CommandLine line);
    /// Those that come of complain() and codeFor().
    static plugin::CommandLine withExitCodes(plugin::CommandLine line);

    /// A client for --url, or for `url` where the command has it elsewhere. Errors are for complain(), which
    /// say so where the URL is that of WAYMARK_URL.
    static Result<ApiClient> open(const plugin::CommandValues& values);
    static Result<ApiClient> open(const plugin::CommandValues& values, const std::string& url);

    /// Says what is wrong and is the exit code: 64 for invalidArgument, 77 for permission, 65 for corrupt and
    /// tooLarge, 74 for io and notFound (of files), 70 for internal (the daemon's), 69 for whatever else a
    /// daemon was asked in vain.
    static int complain(const plugin::CommandLine& line, const plugin::CommandContext& context,
                        const Error& error);
    /// The same for an answer that is no success.
    static int complain(const plugin::CommandLine& line, const plugin::CommandContext& context,
                        const ApiAnswer& answer);
    /// The exit code that fits to a status that is no success.
    static plugin::ExitCode codeFor(int status) noexcept;
    /// An answer that is no success as an error, for complain() to end with the same code.
    static Error errorOf(const ApiAnswer& answer);
    /// Whether the same may be asked again later: there was too much at once, or the daemon has failed.
    static bool passes(int status) noexcept;
};

} // namespace waymark::httpapi

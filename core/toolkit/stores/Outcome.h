#pragma once

#include <waymark/base/Result.h>
#include <waymark/plugin/ExitCode.h>

#include <filesystem>
#include <string>
#include <utility>

namespace waymark::toolkit::stores
{

/// Why a command ends.
struct Failure
{
    int code;            ///< the exit code
    std::string message; ///< one line

    Failure(plugin::ExitCode exitCode, std::string text)
        : code(static_cast<int>(exitCode)), message(std::move(text))
    {
    }
    Failure(int exitCode, std::string text) : code(exitCode), message(std::move(text)) {}
};

template <class T>
using Outcome = tl::expected<T, Failure>;

inline tl::unexpected<Failure> ended(plugin::ExitCode code, std::string message)
{
    return tl::unexpected(Failure(code, std::move(message)));
}

/// What a format said of a file, with the file's name in front.
inline Failure failureOf(const std::filesystem::path& file, const Error& error)
{
    using plugin::ExitCode;
    ExitCode code = ExitCode::io;
    if (error.code == ErrorCode::corrupt || error.code == ErrorCode::truncated ||
        error.code == ErrorCode::tooLarge)
        code = ExitCode::corruptData;
    else if (error.code == ErrorCode::conflict)
        code = ExitCode::configuration;
    else if (error.code == ErrorCode::internal)
        code = ExitCode::internal;
    const bool isNamed = error.message.starts_with(file.string());
    return {code, isNamed ? error.message : file.string() + ": " + error.message};
}

} // namespace waymark::toolkit::stores

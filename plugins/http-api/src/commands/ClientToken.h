#pragma once

#include "server/SecretBuffer.h"

#include <waymark/base/Result.h>
#include <waymark/plugin/CommandArgument.h>
#include <waymark/plugin/CommandValues.h>

#include <filesystem>
#include <string>
#include <sys/types.h>

namespace waymark::httpapi
{

/// The file with the bearer token that a command sends: --token-file, else what WAYMARK_TOKEN_FILE names. A
/// token itself is never a word of the command line, which everybody on the host can read.
class ClientToken
{
public:
    static plugin::CommandArgument option();
    static ClientToken of(const plugin::CommandValues& values);

    /// "Bearer ...", read anew; empty where no file is named. notFound and io for a file that cannot be read,
    /// permission for one that cannot be used: what it holds has not the form of a token (a key, say, that
    /// must not go out), or others may change or read it. Messages say who named the file, and none of it.
    Result<SecretBuffer> authorization() const;

    /// What mends a 401.
    std::string advice() const;

    /// What the system says of a file.
    struct Standing
    {
        uid_t owner = 0;
        mode_t mode = 0;
        bool readOnly = false; ///< lies on a file system that is mounted so
    };
    /// It must be the calling user's or root's, and nobody else may change it. Nobody else may read it
    /// either, but the group of one that is root's; and where the file system is mounted read-only nobody can
    /// mend that, and a mount is what lets a container read its secret: its mode is not looked at there.
    static Result<void> check(const std::filesystem::path& file, const Standing& standing, uid_t user);

private:
    Result<SecretBuffer> read() const;

    std::string _file; ///< empty: none
    std::string _source;
};

} // namespace waymark::httpapi

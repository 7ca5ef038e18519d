#pragma once

#include "server/SecretBuffer.h"

#include <waymark/base/FileSystem.h>
#include <waymark/base/Result.h>

#include <cstdint>
#include <filesystem>

namespace waymark::httpapi
{

/// Who else may have to do with a file.
enum class FileTrust : std::uint8_t
{
    notWritable, ///< nobody but its owner may change it
    secret       ///< nor read it, but for a group that root gave it to
};

/// Reads a small regular file of the calling user's or of root's. A secret one has mode 0600, or 0640 where
/// it is root's: that is how Debian's group ssl-cert and the secrets of Kubernetes let a service read a key.
/// Errors name the file and what mends it: notFound, permission (unreadable or too open), corrupt (no file),
/// tooLarge, io.
Result<SecretBuffer> readPemFile(const std::filesystem::path& file, FileTrust trust, FileSystem& files);

} // namespace waymark::httpapi

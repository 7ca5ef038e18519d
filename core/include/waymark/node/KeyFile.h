#pragma once

#include <waymark/base/FileSystem.h>
#include <waymark/base/Random.h>
#include <waymark/base/Result.h>
#include <waymark/node/Key.h>

#include <filesystem>

namespace waymark::node
{

/// Reads a node key: 64 hex digits, optionally "0x" before and one line end after them.
///
/// The file must be a regular file that belongs to the calling user or root and that neither group nor
/// others may read or write. Errors: notFound (there is none), permission (unreadable or too open; the
/// message says which chmod mends it), corrupt (its content is no key; the message never repeats it).
Result<SecretKey> readKeyFile(const std::filesystem::path& file, FileSystem& files = systemFiles());

/// Writes a key with mode 0600: to a temporary file beside it, fsync, then link under the final name, so
/// that a crash leaves the whole key or none. An existing file is never replaced (conflict).
Result<void> writeKeyFile(const std::filesystem::path& file, const SecretKey& key,
                          FileSystem& files = systemFiles());

/// Reads the key, or makes and writes one when there is no file yet. Parent folders are created 0700.
Result<SecretKey> readOrCreateKeyFile(const std::filesystem::path& file, Random& random,
                                      FileSystem& files = systemFiles());

} // namespace waymark::node

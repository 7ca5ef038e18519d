#pragma once

#include <waymark/base/Result.h>

#include <filesystem>
#include <string>

namespace jsonfile
{

/// The whole of a file; notFound when there is none.
waymark::Result<std::string> readFile(const std::filesystem::path& file);

/// Puts a new content in place of a file so that a crash at any time leaves the old or the new one: to a
/// temporary file beside it, fsync, rename, fsync of the folder. `unavailable` when the disk is full, else
/// io.
waymark::Result<void> replaceFile(const std::filesystem::path& file, const std::string& content);

} // namespace jsonfile

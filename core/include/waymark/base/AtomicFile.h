#pragma once

#include <waymark/base/FileSystem.h>
#include <waymark/base/Result.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace waymark
{

/// Makes a folder and its missing parents with mode 0700, each synced into its parent. `io` with the name of
/// the one that cannot be made.
Result<void> makeFolders(const std::filesystem::path& folder, FileSystem& files = systemFiles());

/// Whether the folder that a file is to be in is there: notFound, "there is no folder X", where a slip in a
/// name must not make one.
Result<void> requireFolderOf(const std::filesystem::path& file);

/// Replaces a file's content so that a crash leaves the old or the new one whole: writes `<file>.new` with
/// mode 0600, fsync, rename, fsync of the folder. Whatever lay under that name, a link above all, is removed
/// and not written through. Missing parent folders are created 0700. `io` with the file's name. One writer at
/// a time.
Result<void> writeFileAtomically(const std::filesystem::path& file, std::string_view content,
                                 FileSystem& files = systemFiles());

/// The whole of a file of at most `maximum` bytes. notFound, io, or tooLarge.
Result<std::string> readSmallFile(const std::filesystem::path& file, std::size_t maximum,
                                  FileSystem& files = systemFiles());

/// As readSmallFile, of a file that nobody else can change: a regular file that belongs to the calling user
/// or to root and that neither group nor others may write. `permission` when it is another's or too open,
/// with what mends it, and when it cannot be opened for that reason.
Result<std::string> readTrustedFile(const std::filesystem::path& file, std::size_t maximum,
                                    FileSystem& files = systemFiles());

} // namespace waymark

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

/// Replaces a file's content so that a crash leaves the old or the new one whole: writes a new file of mode
/// 0600 beside it, fsync, rename, fsync of the folder. The new file has a name that nobody can foresee
/// (unfinishedPattern()) and goes at an error; no other file is touched. Missing parent folders are created
/// 0700. `io` with the file's name. One writer at a time.
Result<void> writeFileAtomically(const std::filesystem::path& file, std::string_view content,
                                 FileSystem& files = systemFiles());

/// As writeFileAtomically(), of a file that others may share: who may read and write it, and whose it is,
/// stays as far as this user may say so, and of a symbolic link the file that it leads to is replaced. One
/// that is new is its owner's alone.
Result<void> replaceContent(const std::filesystem::path& file, std::string_view content,
                            FileSystem& files = systemFiles());

/// Whether a file can be made beside this one, which replacing takes; folders that are missing are made. The
/// file itself is not touched. `io` with its name.
Result<void> checkReplaceable(const std::filesystem::path& file, FileSystem& files = systemFiles());

/// For mkstemp(3): what is to become `file` is made beside it as ".NAME.new.XXXXXX", letters and digits for
/// the Xs.
std::string unfinishedPattern(const std::filesystem::path& file);

/// Removes files of such a name, and SQLite's files beside them, that belong to the calling user and that
/// nobody has written to for an hour: those of processes that were killed.
void removeUnfinished(const std::filesystem::path& file, FileSystem& files = systemFiles());

/// The whole of a file of at most `maximum` bytes. notFound, io, or tooLarge.
Result<std::string> readSmallFile(const std::filesystem::path& file, std::size_t maximum,
                                  FileSystem& files = systemFiles());

/// As readSmallFile, of a file that nobody else can change: a regular file that belongs to the calling user
/// or to root and that neither group nor others may write. `permission` when it is another's or too open,
/// with what mends it, and when it cannot be opened for that reason.
Result<std::string> readTrustedFile(const std::filesystem::path& file, std::size_t maximum,
                                    FileSystem& files = systemFiles());

} // namespace waymark

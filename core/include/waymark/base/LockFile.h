#pragma once

#include <waymark/base/Result.h>

#include <filesystem>
#include <string>

namespace waymark
{

/// Holds a lock file for as long as it lives, so that one process (and one owner in it) works on what lies
/// beside it. The lock belongs to the object, not to the process: two in one process exclude each other as
/// well. It ends with the process, however that ends. The file stays unless it is asked to go; without a lock
/// on it it means nothing.
class LockFile
{
public:
    enum class AtEnd
    {
        keep,
        removeWhatItMade ///< the file, unless it was there before
    };

    /// Creates the file with mode 0600 if need be, locks it and writes the number of the process into it.
    /// Errors: `conflict` when somebody else holds it; `permission`, `unavailable` (a full disk), `notFound`
    /// (a file system that makes no files) or `io` when it cannot be opened or the file system has no locks;
    /// `corrupt` when it holds anything but the number of a process: it is somebody's own file then and stays
    /// as it is. The message has the file's name and the reason.
    static Result<LockFile> take(const std::filesystem::path& file, AtEnd atEnd = AtEnd::keep);

    /// Whether somebody holds it. Creates and changes nothing; there need not be a file, nor a folder that
    /// may be written to. `permission` or `io` when the file is there and cannot be opened.
    static Result<bool> isHeld(const std::filesystem::path& file);

    /// " (process N)" of who wrote into the file last, for a message; empty when it does not say.
    static std::string holderOf(const std::filesystem::path& file);

    LockFile(LockFile&& other) noexcept;
    LockFile& operator=(LockFile&& other) noexcept;
    LockFile(const LockFile&) = delete;
    LockFile& operator=(const LockFile&) = delete;
    ~LockFile();

private:
    LockFile(std::filesystem::path file, int descriptor, bool removes) noexcept;
    void release() noexcept;

    std::filesystem::path _file;
    int _descriptor = -1;
    bool _removes = false;
};

} // namespace waymark

#include <waymark/base/AtomicFile.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace waymark
{

namespace
{

namespace fs = std::filesystem;

tl::unexpected<Error> ioFailure(const fs::path& file, const char* what, int code)
{
    return failure(ErrorCode::io, file.string() + ": " + what + ": " + std::generic_category().message(code));
}

/// A descriptor that closes itself.
class Descriptor
{
public:
    Descriptor(FileSystem& files, int number) noexcept : _files(files), _number(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (_number >= 0)
            _files.close(_number);
    }
    bool valid() const noexcept { return _number >= 0; }
    int number() const noexcept { return _number; }

private:
    FileSystem& _files;
    int _number;
};

bool writeAll(FileSystem& files, int descriptor, std::string_view content) noexcept
{
    while (!content.empty()) {
        const ssize_t written = files.write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

Result<void> syncFolder(FileSystem& files, const fs::path& folder)
{
    const Descriptor opened(
        files, files.open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
    if (!opened.valid() || files.sync(opened.number()) != 0)
        return ioFailure(folder, "cannot be synced", errno);
    return {};
}

/// A file that was not there before: what lies under the name, left by a crash or planted, is neither
/// followed nor written into, but goes.
int createAnew(FileSystem& files, const fs::path& file)
{
    constexpr mode_t ownerOnly = 0600;
    constexpr int attempts = 8; // somebody may put it back as fast as it goes
    int descriptor = -1;
    for (int attempt = 0; attempt < attempts && descriptor < 0; ++attempt) {
        descriptor =
            files.open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, ownerOnly);
        if (descriptor < 0 && (errno != EEXIST || files.remove(file.c_str()) != 0))
            break;
    }
    return descriptor;
}

Result<void> writeTemporary(FileSystem& files, const fs::path& temporary, std::string_view content)
{
    const Descriptor out(files, createAnew(files, temporary));
    if (!out.valid())
        return ioFailure(temporary, "cannot be created", errno);
    if (!writeAll(files, out.number(), content) || files.sync(out.number()) != 0)
        return ioFailure(temporary, "cannot be written", errno);
    return {};
}

/// Why an open file cannot be relied on.
Result<void> checkOwner(const fs::path& file, int descriptor)
{
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0)
        return ioFailure(file, "cannot be examined", errno);
    if (!S_ISREG(status.st_mode))
        return failure(ErrorCode::permission, file.string() + ": is no regular file");
    if (status.st_uid != ::geteuid() && status.st_uid != 0)
        return failure(ErrorCode::permission, file.string() + ": belongs to user " +
                                                  std::to_string(status.st_uid) + ", not to user " +
                                                  std::to_string(::geteuid()) +
                                                  " who runs this or to root: chown it");
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return failure(ErrorCode::permission,
                       file.string() + ": group or others may write it: chmod go-w " + file.string());
    return {};
}

tl::unexpected<Error> openFailure(const fs::path& file, int code)
{
    if (code == ENOENT)
        return failure(ErrorCode::notFound, file.string() + ": there is no such file");
    return ioFailure(file, "cannot be opened", code);
}

Result<std::string> readUpTo(const fs::path& file, int descriptor, std::size_t maximum, FileSystem& files)
{
    std::string content(maximum + 1, '\0');
    std::size_t size = 0;
    while (size < content.size()) {
        const ssize_t got = files.read(descriptor, content.data() + size, content.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ioFailure(file, "cannot be read", errno);
        if (got == 0)
            break;
        size += static_cast<std::size_t>(got);
    }
    if (size > maximum)
        return failure(ErrorCode::tooLarge,
                       file.string() + ": is larger than " + std::to_string(maximum) + " bytes");
    content.resize(size);
    return content;
}

} // namespace

Result<void> makeFolders(const fs::path& folder, FileSystem& files)
{
    std::error_code error;
    if (folder.empty() || fs::is_directory(folder, error))
        return {};
    if (auto parent = makeFolders(folder.parent_path(), files); !parent)
        return parent;
    constexpr mode_t ownerOnly = 0700;
    if (files.makeFolder(folder.c_str(), ownerOnly) == 0)
        return syncFolder(files, folder.parent_path());
    if (errno != EEXIST)
        return ioFailure(folder, "cannot be created", errno);
    return {};
}

Result<void> requireFolderOf(const fs::path& file)
{
    const fs::path folder = file.parent_path();
    std::error_code error;
    if (folder.empty() || fs::is_directory(folder, error))
        return {};
    return failure(ErrorCode::notFound, "there is no folder " + folder.string());
}

Result<void> writeFileAtomically(const fs::path& file, std::string_view content, FileSystem& files)
{
    const fs::path folder = file.parent_path();
    if (auto made = makeFolders(folder, files); !made)
        return made;
    fs::path temporary = file;
    temporary += ".new";
    if (auto written = writeTemporary(files, temporary, content); !written) {
        files.remove(temporary.c_str());
        return written;
    }
    if (files.rename(temporary.c_str(), file.c_str()) != 0) {
        const int code = errno;
        files.remove(temporary.c_str());
        return ioFailure(file, "cannot be replaced", code);
    }
    return syncFolder(files, folder);
}

Result<std::string> readSmallFile(const fs::path& file, std::size_t maximum, FileSystem& files)
{
    const Descriptor in(files, files.open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0));
    if (!in.valid())
        return openFailure(file, errno);
    return readUpTo(file, in.number(), maximum, files);
}

Result<std::string> readTrustedFile(const fs::path& file, std::size_t maximum, FileSystem& files)
{
    const Descriptor in(files, files.open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0));
    if (!in.valid() && (errno == EACCES || errno == EPERM))
        return failure(ErrorCode::permission,
                       file.string() + ": user " + std::to_string(::geteuid()) + " may not read it");
    if (!in.valid())
        return openFailure(file, errno);
    if (auto checked = checkOwner(file, in.number()); !checked)
        return tl::unexpected(checked.error());
    return readUpTo(file, in.number(), maximum, files);
}

} // namespace waymark

#include <waymark/base/AtomicFile.h>

#include <cerrno>
#include <chrono>
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

/// A file that was not there before, of mode 0600, which goes with this object unless it was given its name.
class NewFile
{
public:
    NewFile(FileSystem& files, const fs::path& beside)
        : _files(files),
          _name(unfinishedPattern(beside)),
          _descriptor(files, files.openTemporary(_name.data(), O_CLOEXEC))
    {
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile()
    {
        if (_descriptor.valid() && !_isNamed)
            _files.remove(_name.c_str());
    }
    bool valid() const noexcept { return _descriptor.valid(); }
    int number() const noexcept { return _descriptor.number(); }
    bool rename(const fs::path& file) noexcept
    {
        _isNamed = _files.rename(_name.c_str(), file.c_str()) == 0;
        return _isNamed;
    }

private:
    FileSystem& _files;
    std::string _name;
    Descriptor _descriptor;
    bool _isNamed = false;
};

/// As far as this user may: for those whose group it cannot be, what all others may.
void giveAccessOf(const struct stat& replaced, int descriptor) noexcept
{
    constexpr mode_t forGroup = 0070;
    constexpr mode_t forOthers = 0007;
    constexpr mode_t all = 0777;
    constexpr unsigned bitsOfOne = 3;
    mode_t mode = replaced.st_mode & all;
    const bool isGiven = ::fchown(descriptor, replaced.st_uid, replaced.st_gid) == 0 ||
                         ::fchown(descriptor, static_cast<uid_t>(-1), replaced.st_gid) == 0;
    if (!isGiven)
        mode = (mode & ~forGroup) | (mode & forOthers) << bitsOfOne;
    // Else it stays as it is, for its owner alone.
    static_cast<void>(::fchmod(descriptor, mode));
}

Result<void> replace(const fs::path& file, std::string_view content, const struct stat* replaced,
                     FileSystem& files)
{
    const fs::path folder = file.parent_path();
    if (auto made = makeFolders(folder, files); !made)
        return made;
    removeUnfinished(file, files);
    NewFile out(files, file);
    if (!out.valid())
        return ioFailure(file, "cannot be created", errno);
    if (replaced != nullptr)
        giveAccessOf(*replaced, out.number());
    if (!writeAll(files, out.number(), content) || files.sync(out.number()) != 0)
        return ioFailure(file, "cannot be written", errno);
    if (!out.rename(file))
        return ioFailure(file, "cannot be replaced", errno);
    return syncFolder(files, folder);
}

/// What the file's name leads to, which need not be there.
Result<fs::path> behindLinks(fs::path file)
{
    constexpr int most = 40; // as the kernel
    for (int links = 0; links <= most; ++links) {
        std::error_code error;
        if (!fs::is_symlink(file, error))
            return file;
        const fs::path target = fs::read_symlink(file, error);
        if (error)
            return ioFailure(file, "its link cannot be read", error.value());
        file = file.parent_path() / target;
    }
    return ioFailure(file, "cannot be replaced", ELOOP);
}

constexpr std::string_view placeholder = "XXXXXX"; // as mkstemp(3) wants it

/// What the names of unfinished files begin with. They are no longer than a file system's names may be.
std::string unfinishedPrefix(const fs::path& file)
{
    constexpr std::size_t longest = 200;
    return '.' + file.filename().string().substr(0, longest) + ".new.";
}

/// Made by unfinishedPattern(), or what SQLite keeps beside such a file.
bool isUnfinished(std::string_view name, std::string_view prefix)
{
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    if (!name.starts_with(prefix) || name.size() < prefix.size() + placeholder.size())
        return false;
    const std::string_view random = name.substr(prefix.size(), placeholder.size());
    const std::string_view rest = name.substr(prefix.size() + placeholder.size());
    return random.find_first_not_of(digits) == std::string_view::npos &&
           (rest.empty() || rest == "-journal" || rest == "-wal" || rest == "-shm");
}

/// Nobody writes to it any more.
bool isAbandoned(const fs::path& file)
{
    constexpr std::chrono::hours patience(1);
    struct stat status = {};
    if (::lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != ::geteuid())
        return false;
    const auto changed = std::chrono::system_clock::from_time_t(status.st_mtime);
    return std::chrono::system_clock::now() - changed > patience;
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

std::string unfinishedPattern(const fs::path& file)
{
    return (file.parent_path() / (unfinishedPrefix(file) + std::string(placeholder))).string();
}

void removeUnfinished(const fs::path& file, FileSystem& files)
{
    const std::string prefix = unfinishedPrefix(file);
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        if (isUnfinished(entry->path().filename().string(), prefix) && isAbandoned(entry->path()))
            files.remove(entry->path().c_str());
}

Result<void> writeFileAtomically(const fs::path& file, std::string_view content, FileSystem& files)
{
    return replace(file, content, nullptr, files);
}

Result<void> replaceContent(const fs::path& file, std::string_view content, FileSystem& files)
{
    const auto target = behindLinks(file);
    if (!target)
        return failure(target.error());
    struct stat replaced = {};
    const bool isThere = ::stat(target->c_str(), &replaced) == 0;
    return replace(*target, content, isThere ? &replaced : nullptr, files);
}

Result<void> checkReplaceable(const fs::path& file, FileSystem& files)
{
    if (auto made = makeFolders(file.parent_path(), files); !made)
        return made;
    if (!NewFile(files, file).valid())
        return ioFailure(file, "cannot be created", errno);
    return {};
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

#include "base/Secret.h"

#include <waymark/node/KeyFile.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::node
{

namespace
{

constexpr mode_t ownerOnly = 0600;
/// Group or others may read or write.
constexpr mode_t tooOpen = 0066;

/// Wipes a buffer when the function that filled it is left, by whatever way.
template <class Buffer>
class WipedAtExit
{
public:
    explicit WipedAtExit(Buffer& buffer) noexcept : _buffer(buffer) {}
    WipedAtExit(const WipedAtExit&) = delete;
    WipedAtExit& operator=(const WipedAtExit&) = delete;
    ~WipedAtExit() { secureWipe(_buffer); }

private:
    Buffer& _buffer;
};

class FileDescriptor
{
public:
    FileDescriptor(FileSystem& files, int number) noexcept : _files(files), _number(number) {}
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor()
    {
        if (_number >= 0)
            _files.close(_number);
    }
    int get() const noexcept { return _number; }
    explicit operator bool() const noexcept { return _number >= 0; }

private:
    FileSystem& _files;
    int _number;
};

/// A new file of mode 0600 beside the final one; its name goes when this object ends.
class TemporaryFile
{
public:
    TemporaryFile(FileSystem& files, const std::filesystem::path& beside)
        : _files(files),
          _name((beside.parent_path() / ('.' + beside.filename().string() + ".XXXXXX")).string()),
          _descriptor(files, files.openTemporary(_name.data(), O_CLOEXEC))
    {
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile()
    {
        if (_descriptor)
            _files.remove(_name.c_str());
    }
    int descriptor() const noexcept { return _descriptor.get(); }
    const char* name() const noexcept { return _name.c_str(); }

private:
    FileSystem& _files;
    std::string _name;
    FileDescriptor _descriptor;
};

/// The failure of a system call, from errno.
tl::unexpected<Error> systemFailure(const std::filesystem::path& file, std::string_view what)
{
    const int number = errno;
    ErrorCode code = ErrorCode::io;
    if (number == ENOENT)
        code = ErrorCode::notFound;
    else if (number == EACCES || number == EPERM || number == EROFS)
        code = ErrorCode::permission;
    else if (number == EEXIST)
        code = ErrorCode::conflict;
    return failure(code, "key file " + text::withoutKeys(file.string()) + ": " + std::string(what) + ": " +
                             std::generic_category().message(number));
}

tl::unexpected<Error> refused(ErrorCode code, const std::filesystem::path& file, const std::string& why)
{
    return failure(code, "key file " + text::withoutKeys(file.string()) + " " + why);
}

std::string octal(mode_t mode)
{
    char text[8] = {};
    std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777));
    return text;
}

Result<void> checkStatus(const std::filesystem::path& file, int descriptor)
{
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0)
        return systemFailure(file, "cannot be examined");
    if (!S_ISREG(status.st_mode))
        return refused(ErrorCode::corrupt, file, "is no regular file");
    if (status.st_uid != ::geteuid() && status.st_uid != 0)
        return refused(ErrorCode::permission, file,
                       "belongs to user " + std::to_string(status.st_uid) + ", not to user " +
                           std::to_string(::geteuid()) + " who runs this or to root: chown it");
    if ((status.st_mode & tooOpen) != 0)
        return refused(ErrorCode::permission, file,
                       "is open to group or others (mode " + octal(status.st_mode) + "): chmod 600 " +
                           file.string());
    return {};
}

/// Fills `buffer` as far as the file goes.
Result<std::size_t> readAll(FileSystem& files, const std::filesystem::path& file, int descriptor,
                            std::span<Byte> buffer)
{
    std::size_t size = 0;
    while (size < buffer.size()) {
        const ssize_t got = files.read(descriptor, buffer.data() + size, buffer.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return systemFailure(file, "cannot be read");
        if (got == 0)
            break;
        size += static_cast<std::size_t>(got);
    }
    return size;
}

Result<void> writeAll(FileSystem& files, const std::filesystem::path& file, int descriptor,
                      std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = files.write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return systemFailure(file, "cannot be written");
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

std::string_view withoutLineEnd(std::string_view text)
{
    if (text.ends_with('\n'))
        text.remove_suffix(1);
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    return text;
}

std::filesystem::path folderOf(const std::filesystem::path& file)
{
    const auto parent = file.parent_path();
    return parent.empty() ? std::filesystem::path(".") : parent;
}

/// Makes the name in the folder as durable as the file itself.
Result<void> syncFolder(FileSystem& files, const std::filesystem::path& file)
{
    const FileDescriptor folder(files,
                                files.open(folderOf(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
    if (!folder || files.sync(folder.get()) != 0)
        return systemFailure(file, "its folder cannot be synced");
    return {};
}

Result<void> createFolders(FileSystem& files, const std::filesystem::path& file)
{
    std::filesystem::path folder;
    for (const auto& part : folderOf(file)) {
        folder /= part;
        if (files.makeFolder(folder.c_str(), S_IRWXU) == 0) {
            if (auto synced = syncFolder(files, folder); !synced)
                return synced;
            continue;
        }
        if (errno == EEXIST)
            continue;
        // A read-only or closed folder above an existing one is no obstacle.
        const int reason = errno;
        if (::access(folder.c_str(), F_OK) == 0)
            continue;
        errno = reason;
        return systemFailure(file, "folder " + folder.string() + " cannot be made");
    }
    return {};
}

/// Gives the file its name last, when its content is safe.
Result<void> linkNewFile(FileSystem& files, const std::filesystem::path& file, const SecretKey& key)
{
    std::error_code ignored;
    if (!std::filesystem::is_directory(folderOf(file), ignored))
        return failure(ErrorCode::notFound,
                       "key file " + file.string() + ": there is no folder " + folderOf(file).string());
    const TemporaryFile temporary(files, file);
    if (temporary.descriptor() < 0)
        return systemFailure(file, "no temporary file beside it");
    std::string digits = toHex(key.bytes());
    const WipedAtExit wiped(digits);
    for (const std::string_view text : {std::string_view(digits), std::string_view("\n")})
        if (auto written = writeAll(files, file, temporary.descriptor(), text); !written)
            return written;
    if (::fchmod(temporary.descriptor(), ownerOnly) != 0)
        return systemFailure(file, "its mode cannot be set to 0600");
    if (files.sync(temporary.descriptor()) != 0)
        return systemFailure(file, "cannot be synced");
    if (files.link(temporary.name(), file.c_str()) != 0) {
        if (errno == EEXIST)
            return refused(ErrorCode::conflict, file, "exists already and is not replaced");
        return systemFailure(file, "cannot be linked to its name");
    }
    return {};
}

} // namespace

Result<SecretKey> readKeyFile(const std::filesystem::path& file, FileSystem& files)
{
    // Not blocking, so that a FIFO is refused instead of waited for.
    const FileDescriptor opened(files,
                                files.open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0));
    if (!opened)
        return systemFailure(file, "cannot be opened");
    if (auto checked = checkStatus(file, opened.get()); !checked)
        return failure(checked.error());

    FixedBytes<128> content{};
    const WipedAtExit wiped(content);
    const auto size = readAll(files, file, opened.get(), content);
    if (!size)
        return failure(size.error());
    const auto* const characters = static_cast<const char*>(static_cast<const void*>(content.data()));
    auto key = SecretKey::fromHex(withoutLineEnd({characters, *size}));
    if (!key)
        return refused(ErrorCode::corrupt, file, "holds no key of 64 hex digits: " + key.error().message);
    return key;
}

Result<void> writeKeyFile(const std::filesystem::path& file, const SecretKey& key, FileSystem& files)
{
    return linkNewFile(files, file, key).and_then([&] { return syncFolder(files, file); });
}

Result<SecretKey> readOrCreateKeyFile(const std::filesystem::path& file, Random& random, FileSystem& files)
{
    auto existing = readKeyFile(file, files);
    if (existing || existing.error().code != ErrorCode::notFound)
        return existing;
    if (auto created = createFolders(files, file); !created)
        return failure(created.error());
    auto key = SecretKey::generate(random);
    const auto written = writeKeyFile(file, key, files);
    if (written)
        return key;
    // Another process was faster: both use the key that it wrote.
    if (written.error().code == ErrorCode::conflict)
        return readKeyFile(file, files);
    return failure(written.error());
}

} // namespace waymark::node

#include "tls/PemFile.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t maximum = 1024U * 1024U;
constexpr std::size_t readSize = 16U * 1024U;

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
    int number() const noexcept { return _number; }

private:
    FileSystem& _files;
    int _number;
};

tl::unexpected<Error> refused(ErrorCode code, const std::filesystem::path& file, const std::string& why)
{
    return failure(code, file.string() + ' ' + why);
}

tl::unexpected<Error> systemFailure(const std::filesystem::path& file, const std::string& what)
{
    const int number = errno;
    ErrorCode code = ErrorCode::io;
    if (number == ENOENT)
        code = ErrorCode::notFound;
    else if (number == EACCES || number == EPERM)
        code = ErrorCode::permission;
    return refused(code, file, what + ": " + std::generic_category().message(number));
}

Result<void> checkStatus(const std::filesystem::path& file, int descriptor, FileTrust trust)
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
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return refused(ErrorCode::permission, file, "may be changed by others: chmod go-w " + file.string());
    const mode_t strangers = status.st_uid == 0 ? S_IRWXO : S_IRWXG | S_IRWXO;
    if (trust == FileTrust::secret && (status.st_mode & strangers) != 0)
        return refused(ErrorCode::permission, file,
                       "is a secret that others may read: chmod 600 " + file.string() +
                           " (640 when it is root's and the group may read it)");
    return {};
}

} // namespace

Result<SecretBuffer> readPemFile(const std::filesystem::path& file, FileTrust trust, FileSystem& files)
{
    // Not blocking, so that a FIFO is refused instead of waited for.
    const Descriptor opened(files, files.open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0));
    if (opened.number() < 0)
        return systemFailure(file, "cannot be opened");
    if (auto checked = checkStatus(file, opened.number(), trust); !checked)
        return failure(checked.error());
    SecretBuffer content;
    for (;;) {
        const auto space = content.prepare(readSize);
        const ssize_t got = files.read(opened.number(), space.data(), space.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return systemFailure(file, "cannot be read");
        if (got == 0)
            return content;
        content.commit(static_cast<std::size_t>(got));
        if (content.size() > maximum)
            return refused(ErrorCode::tooLarge, file, "has more than 1 MiB");
    }
}

} // namespace waymark::httpapi

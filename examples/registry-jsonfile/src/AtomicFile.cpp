#include "AtomicFile.h"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace jsonfile
{

using waymark::ErrorCode;
using waymark::failure;
using waymark::Result;

namespace
{

/// A file descriptor that is closed.
class Descriptor
{
public:
    explicit Descriptor(int number) noexcept : _number(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (_number >= 0)
            ::close(_number);
    }
    explicit operator bool() const noexcept { return _number >= 0; }
    int number() const noexcept { return _number; }

private:
    int _number;
};

tl::unexpected<waymark::Error> systemError(const std::filesystem::path& file, const char* what)
{
    const int error = errno;
    const ErrorCode code =
        error == ENOSPC || error == EDQUOT || error == EFBIG ? ErrorCode::unavailable : ErrorCode::io;
    return failure(code, file.string() + ": " + what + " failed: " + std::generic_category().message(error));
}

bool writeAll(int descriptor, std::string_view rest)
{
    while (!rest.empty()) {
        const ssize_t written = ::write(descriptor, rest.data(), rest.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

Result<void> writeAndSync(const std::filesystem::path& file, const std::string& content)
{
    // What a crash left, or somebody planted, is not written through.
    ::unlink(file.c_str());
    const Descriptor out(
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!out)
        return systemError(file, "opening");
    if (!writeAll(out.number(), content))
        return systemError(file, "writing");
    if (::fsync(out.number()) != 0)
        return systemError(file, "syncing");
    return {};
}

Result<void> syncFolder(const std::filesystem::path& folder)
{
    const Descriptor directory(
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.number()) != 0)
        return systemError(folder, "syncing");
    return {};
}

} // namespace

Result<std::string> readFile(const std::filesystem::path& file)
{
    if (!std::filesystem::exists(file))
        return failure(ErrorCode::notFound, file.string() + " does not exist");
    std::ifstream in(file, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(in), {}};
    if (!in)
        return systemError(file, "reading");
    return content;
}

Result<void> replaceFile(const std::filesystem::path& file, const std::string& content)
{
    const std::filesystem::path fresh = file.string() + ".new";
    if (auto written = writeAndSync(fresh, content); !written) {
        ::unlink(fresh.c_str());
        return written;
    }
    if (::rename(fresh.c_str(), file.c_str()) != 0)
        return systemError(file, "replacing");
    return syncFolder(file.parent_path());
}

} // namespace jsonfile

#include "base/SystemError.h"

#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace waymark
{

Error systemError(const std::string& file, std::string_view what, int code)
{
    ErrorCode kind = ErrorCode::io;
    if (code == ENOENT || code == ENOTDIR)
        kind = ErrorCode::notFound;
    else if (code == EACCES || code == EPERM || code == EROFS)
        kind = ErrorCode::permission;
    else if (code == EEXIST)
        kind = ErrorCode::conflict;
    else if (code == ENOSPC || code == EDQUOT || code == EFBIG)
        kind = ErrorCode::unavailable;
    return {kind, file + ' ' + std::string(what) + ": " + std::generic_category().message(code)};
}

Result<void> writeAll(int descriptor, std::string_view text, const std::string& file)
{
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return failure(systemError(file, "cannot be written", errno));
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace waymark

#include <waymark/registry/StoreFormat.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace waymark::registry
{

StoreFormat::~StoreFormat() = default;

StoreFormatProvider::~StoreFormatProvider() = default;

std::vector<std::string> StoreFormat::endings() const
{
    return {};
}

std::filesystem::path StoreFormat::lockOf(const std::filesystem::path& file) const
{
    return file.string() + ".lock";
}

Result<void> StoreFormat::replace(const std::filesystem::path& fresh, const std::filesystem::path& file) const
{
    const auto failed = [](const std::string& what) {
        return failure(ErrorCode::io, what + ": " + std::generic_category().message(errno));
    };
    if (std::rename(fresh.c_str(), file.c_str()) != 0)
        return failed("cannot be replaced");
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool isSynced = descriptor >= 0 && ::fsync(descriptor) == 0;
    auto result = isSynced ? Result<void>() : failed("the folder " + folder.string() + " cannot be synced");
    if (descriptor >= 0)
        ::close(descriptor);
    return result;
}

} // namespace waymark::registry

#include "UnsyncedNames.h"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace waymark::testkit::fault
{

namespace
{

[[noreturn]] void fail(const std::filesystem::path& file)
{
    throw std::system_error(errno, std::generic_category(), file.string());
}

} // namespace

void UnsyncedNames::changing(const std::filesystem::path& name, const std::function<OnDisk()>& look)
{
    if (!_names.contains(name))
        _names.emplace(name, look());
}

void UnsyncedNames::folderSynced(const std::filesystem::path& folder)
{
    std::erase_if(_names, [&](const auto& entry) { return entry.first.parent_path() == folder; });
}

void UnsyncedNames::cut(Dice& dice) const
{
    for (const auto& [name, file] : _names) {
        if (dice.survives() || !std::filesystem::exists(name.parent_path()))
            continue;
        if (file)
            writeWhole(name, file->content, file->mode);
        else
            std::filesystem::remove_all(name);
    }
}

std::string readWhole(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in)
        fail(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

void writeWhole(const std::filesystem::path& file, const std::string& content, mode_t mode)
{
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, mode);
    if (descriptor < 0)
        fail(file);
    const bool written =
        ::pwrite(descriptor, content.data(), content.size(), 0) == static_cast<ssize_t>(content.size()) &&
        ::ftruncate(descriptor, static_cast<off_t>(content.size())) == 0;
    ::close(descriptor);
    if (!written)
        fail(file);
}

} // namespace waymark::testkit::fault

#include <waymark/contract/TemporaryFolder.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace waymark::contract
{

namespace
{

/// Tests take rights away; root or not, the folder must go.
void openUp(const std::filesystem::path& folder)
{
    std::error_code ignored;
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        if (entry.is_directory(ignored) && !entry.is_symlink(ignored))
            openUp(entry.path());
    }
}

} // namespace

TemporaryFolder::TemporaryFolder()
{
    std::string pattern = (std::filesystem::temp_directory_path() / "waymark-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), pattern);
    _path = pattern;
}

TemporaryFolder::~TemporaryFolder()
{
    openUp(_path);
    std::error_code ignored;
    std::filesystem::remove_all(_path, ignored);
}

} // namespace waymark::contract

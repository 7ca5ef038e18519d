#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace waymark::testkit
{

/// A new folder, mode 0700, that goes with everything in it when the object goes.
class TemporaryFolder
{
public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();

    const std::filesystem::path& path() const noexcept { return _path; }

    /// Writes a file below the folder and returns its path.
    std::filesystem::path write(const std::filesystem::path& name, std::string_view content) const;

private:
    std::filesystem::path _path;
};

} // namespace waymark::testkit

#pragma once

#include <filesystem>

namespace waymark::contract
{

/// A new empty folder that goes with everything in it when the object does.
class TemporaryFolder
{
public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();

    const std::filesystem::path& path() const noexcept { return _path; }

private:
    std::filesystem::path _path;
};

} // namespace waymark::contract

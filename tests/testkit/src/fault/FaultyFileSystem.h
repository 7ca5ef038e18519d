#pragma once

#include "Domain.h"

#include <waymark/base/FileSystem.h>

#include <map>
#include <mutex>

namespace waymark::testkit::fault
{

/// The kernel's files, with the faults of a domain below its folder.
class FaultyFileSystem final : public FileSystem
{
public:
    explicit FaultyFileSystem(std::shared_ptr<Domain> domain) : _domain(std::move(domain)) {}

    int open(const char* file, int flags, mode_t mode) noexcept override;
    int openTemporary(char* pattern, int flags) noexcept override;
    ssize_t read(int descriptor, void* buffer, std::size_t size) noexcept override;
    ssize_t write(int descriptor, const void* data, std::size_t size) noexcept override;
    int sync(int descriptor) noexcept override;
    int close(int descriptor) noexcept override;
    int rename(const char* from, const char* to) noexcept override;
    int link(const char* existing, const char* name) noexcept override;
    int remove(const char* file) noexcept override;
    int makeFolder(const char* folder, mode_t mode) noexcept override;

private:
    struct OpenFile
    {
        std::shared_ptr<UnsyncedContent> content; ///< null for a folder
        std::filesystem::path path;
        Domain::Generation generation;
    };

    /// Null for what lies outside of the domain.
    const OpenFile* find(int descriptor) const;
    int opened(int descriptor, const std::filesystem::path& path, Domain::Step& step);
    /// Carries out an operation on names that were told to the model.
    template <class Prepare, class Call>
    int change(const std::filesystem::path& path, const Prepare& prepare, const Call& call);

    const std::shared_ptr<Domain> _domain;
    mutable std::mutex _mutex; ///< guards _open
    std::map<int, OpenFile> _open;
};

} // namespace waymark::testkit::fault

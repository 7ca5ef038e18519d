#pragma once

#include <cstddef>
#include <sys/types.h>

namespace waymark
{

/// The calls by which the host's own files (node key, record, known nodes), and those of plugins that ask for
/// this service, are read and written. Each is the system call of that name: -1, and errno, on failure. Any
/// thread.
///
/// It is passed in so that a test can take the disk away: an embedder gives his own through HostSeams.
class FileSystem
{
public:
    static constexpr const char* serviceId = "files";

    virtual ~FileSystem() = default;

    virtual int open(const char* file, int flags, mode_t mode) noexcept = 0;
    /// mkostemp(3): `pattern` ends with XXXXXX, which becomes the name of the file, mode 0600.
    virtual int openTemporary(char* pattern, int flags) noexcept = 0;
    virtual ssize_t read(int descriptor, void* buffer, std::size_t size) noexcept = 0;
    virtual ssize_t write(int descriptor, const void* data, std::size_t size) noexcept = 0;
    /// fsync(2), of files and of folders.
    virtual int sync(int descriptor) noexcept = 0;
    virtual int close(int descriptor) noexcept = 0;

    virtual int rename(const char* from, const char* to) noexcept = 0;
    virtual int link(const char* existing, const char* name) noexcept = 0;
    virtual int remove(const char* file) noexcept = 0;
    virtual int makeFolder(const char* folder, mode_t mode) noexcept = 0;
};

/// The kernel's, and what everything uses by default.
FileSystem& systemFiles() noexcept;

} // namespace waymark

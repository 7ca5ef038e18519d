#include <waymark/base/FileSystem.h>

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace waymark
{

namespace
{

class SystemFileSystem final : public FileSystem
{
public:
    int open(const char* file, int flags, mode_t mode) noexcept override { return ::open(file, flags, mode); }
    int openTemporary(char* pattern, int flags) noexcept override { return ::mkostemp(pattern, flags); }
    ssize_t read(int descriptor, void* buffer, std::size_t size) noexcept override
    {
        return ::read(descriptor, buffer, size);
    }
    ssize_t write(int descriptor, const void* data, std::size_t size) noexcept override
    {
        return ::write(descriptor, data, size);
    }
    int sync(int descriptor) noexcept override { return ::fsync(descriptor); }
    int close(int descriptor) noexcept override { return ::close(descriptor); }
    int rename(const char* from, const char* to) noexcept override { return ::rename(from, to); }
    int link(const char* existing, const char* name) noexcept override { return ::link(existing, name); }
    int remove(const char* file) noexcept override { return ::unlink(file); }
    int makeFolder(const char* folder, mode_t mode) noexcept override { return ::mkdir(folder, mode); }
};

} // namespace

FileSystem& systemFiles() noexcept
{
    static SystemFileSystem files;
    return files;
}

} // namespace waymark

#include "FaultyFileSystem.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace waymark::testkit::fault
{

namespace fs = std::filesystem;

namespace
{

int refuse(int code) noexcept
{
    errno = code;
    return -1;
}

int errorOf(Refusal refusal) noexcept
{
    return refusal == Refusal::readOnly ? EROFS : EIO;
}

/// Without following a link at its end.
fs::path resolve(const char* name)
{
    const fs::path path = fs::absolute(name).lexically_normal();
    return path.has_filename() ? fs::weakly_canonical(path.parent_path()) / path.filename()
                               : fs::weakly_canonical(path);
}

/// What a file holds that may be open for writing alone.
UnsyncedContent::Reader readerOf(const fs::path& file)
{
    return [file](std::uint64_t offset, std::size_t size) {
        std::string content(size, '\0');
        const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
        const ssize_t got = ::pread(descriptor, content.data(), size, static_cast<off_t>(offset));
        ::close(descriptor);
        content.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return content;
    };
}

std::uint64_t sizeOf(int descriptor) noexcept
{
    struct stat status = {};
    return ::fstat(descriptor, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

} // namespace

const FaultyFileSystem::OpenFile* FaultyFileSystem::find(int descriptor) const
{
    const std::lock_guard lock(_mutex);
    const auto found = _open.find(descriptor);
    return found == _open.end() ? nullptr : &found->second;
}

int FaultyFileSystem::opened(int descriptor, const fs::path& path, Domain::Step& step)
{
    if (descriptor < 0)
        return descriptor;
    if (step.endsInCut()) {
        ::close(descriptor);
        return refuse(EIO);
    }
    OpenFile file{fs::is_directory(path) ? nullptr : _domain->content(path), path, step.generation()};
    const std::lock_guard lock(_mutex);
    _open.insert_or_assign(descriptor, std::move(file));
    return descriptor;
}

int FaultyFileSystem::open(const char* name, int flags, mode_t mode) noexcept
{
    const fs::path path = resolve(name);
    if (!_domain->contains(path))
        return systemFiles().open(name, flags, mode);
    const bool exists = fs::exists(path);
    const bool creates = !exists && (flags & O_CREAT) != 0;
    const bool empties = exists && (flags & O_TRUNC) != 0;
    const Operation operation = creates ? Operation::name : empties ? Operation::write : Operation::read;
    Domain::Step step(*_domain, operation, path, _domain->generation());
    if (step.refusal() != Refusal::none)
        return refuse(errorOf(step.refusal()));
    if (creates)
        _domain->creating(path);
    else if (empties)
        _domain->content(path)->beforeTruncate(0, fs::file_size(path), readerOf(path));
    return opened(systemFiles().open(name, flags, mode), path, step);
}

int FaultyFileSystem::openTemporary(char* pattern, int flags) noexcept
{
    if (!_domain->contains(resolve(pattern)))
        return systemFiles().openTemporary(pattern, flags);
    Domain::Step step(*_domain, Operation::name, pattern, _domain->generation());
    if (step.refusal() != Refusal::none)
        return refuse(errorOf(step.refusal()));
    const int descriptor = systemFiles().openTemporary(pattern, flags);
    if (descriptor < 0)
        return descriptor;
    const fs::path path = resolve(pattern);
    _domain->creating(path);
    return opened(descriptor, path, step);
}

ssize_t FaultyFileSystem::read(int descriptor, void* buffer, std::size_t size) noexcept
{
    const OpenFile* const file = find(descriptor);
    if (file == nullptr)
        return systemFiles().read(descriptor, buffer, size);
    const Domain::Step step(*_domain, Operation::read, file->path, file->generation);
    if (step.refusal() != Refusal::none)
        return refuse(errorOf(step.refusal()));
    return systemFiles().read(descriptor, buffer, size);
}

ssize_t FaultyFileSystem::write(int descriptor, const void* data, std::size_t size) noexcept
{
    const OpenFile* const file = find(descriptor);
    if (file == nullptr)
        return systemFiles().write(descriptor, data, size);
    Domain::Step step(*_domain, Operation::write, file->path, file->generation);
    if (step.refusal() != Refusal::none)
        return refuse(errorOf(step.refusal()));
    const auto offset = static_cast<std::uint64_t>(::lseek(descriptor, 0, SEEK_CUR));
    const std::uint64_t before = sizeOf(descriptor);
    if (!_domain->takeRoom(std::max(before, offset + size) - before))
        return refuse(ENOSPC);
    file->content->beforeWrite(offset, size, readerOf("/proc/self/fd/" + std::to_string(descriptor)));
    const ssize_t written = systemFiles().write(descriptor, data, size);
    return step.endsInCut() ? refuse(EIO) : written;
}

int FaultyFileSystem::sync(int descriptor) noexcept
{
    const OpenFile* const file = find(descriptor);
    if (file == nullptr)
        return systemFiles().sync(descriptor);
    Domain::Step step(*_domain, Operation::sync, file->path, file->generation);
    if (step.refusal() == Refusal::ioError && file->content)
        file->content->syncFailed();
    if (step.refusal() != Refusal::none || step.endsInCut())
        return refuse(EIO);
    if (_domain->ignoresSyncs())
        return 0;
    if (file->content)
        file->content->synced(sizeOf(descriptor));
    else
        _domain->folderSynced(file->path);
    return 0;
}

int FaultyFileSystem::close(int descriptor) noexcept
{
    {
        const std::lock_guard lock(_mutex);
        _open.erase(descriptor);
    }
    return systemFiles().close(descriptor);
}

template <class Prepare, class Call>
int FaultyFileSystem::change(const fs::path& path, const Prepare& prepare, const Call& call)
{
    if (!_domain->contains(path))
        return call();
    Domain::Step step(*_domain, Operation::name, path, _domain->generation());
    if (step.refusal() != Refusal::none)
        return refuse(errorOf(step.refusal()));
    prepare();
    const int result = call();
    return step.endsInCut() ? refuse(EIO) : result;
}

int FaultyFileSystem::rename(const char* from, const char* to) noexcept
{
    const fs::path source = resolve(from);
    const fs::path target = resolve(to);
    return change(
        target, [&] { _domain->renaming(source, target); }, [&] { return systemFiles().rename(from, to); });
}

int FaultyFileSystem::link(const char* existing, const char* name) noexcept
{
    const fs::path target = resolve(name);
    return change(
        target,
        [&] {
            if (!fs::exists(target))
                _domain->linking(resolve(existing), target);
        },
        [&] { return systemFiles().link(existing, name); });
}

int FaultyFileSystem::remove(const char* file) noexcept
{
    const fs::path path = resolve(file);
    return change(
        path,
        [&] {
            if (fs::exists(path))
                _domain->removing(path);
        },
        [&] { return systemFiles().remove(file); });
}

int FaultyFileSystem::makeFolder(const char* folder, mode_t mode) noexcept
{
    const fs::path path = resolve(folder);
    return change(
        path,
        [&] {
            if (!fs::exists(path))
                _domain->creatingFolder(path);
        },
        [&] { return systemFiles().makeFolder(folder, mode); });
}

} // namespace waymark::testkit::fault

#include "trace/TraceFile.h"

#include "trace/Pcapng.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace waymark::discv4::trace
{

namespace
{

namespace fs = std::filesystem;

tl::unexpected<Error> refusal(const fs::path& file, const char* what, int code)
{
    return failure(ErrorCode::io, file.string() + ": " + what + ": " + std::generic_category().message(code));
}

/// Whether a file is a capture, empty, or not there: what may be moved and overwritten.
Result<void> isReplaceable(const fs::path& file, FileSystem& files)
{
    std::error_code none;
    if (const auto status = fs::symlink_status(file, none); !fs::is_regular_file(status))
        return fs::exists(status) ? failure(ErrorCode::invalidArgument,
                                            file.string() + " is there and no file; name another")
                                  : Result<void>();
    const int descriptor = files.open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
    if (descriptor < 0)
        return refusal(file, "cannot be read", errno);
    std::array<Byte, pcapngMagic.size()> begin{};
    const ssize_t size = files.read(descriptor, begin.data(), begin.size());
    files.close(descriptor);
    if (size == 0 || (size == static_cast<ssize_t>(begin.size()) && begin == pcapngMagic))
        return {};
    return failure(ErrorCode::invalidArgument,
                   file.string() + " is there and no pcapng capture; move it away or name another");
}

} // namespace

TraceFile::TraceFile(TraceOptions options, Bytes header, FileSystem& files)
    : _options(std::move(options)), _header(std::move(header)), _files(files)
{
}

TraceFile::~TraceFile()
{
    close();
}

fs::path TraceFile::keptFile(const TraceOptions& options, unsigned number)
{
    fs::path name = options.file.stem();
    name += '.' + std::to_string(number);
    name += options.file.extension();
    return options.file.parent_path() / name;
}

Result<void> TraceFile::check(const TraceOptions& options)
{
    std::error_code none;
    const fs::path folder = options.file.parent_path();
    if (!options.file.has_filename())
        return failure(ErrorCode::invalidArgument, options.file.string() + " names no file");
    if (!fs::is_directory(folder, none))
        return failure(ErrorCode::notFound, folder.string() + " is no folder; make it or name another");
    if (auto present = isReplaceable(options.file, systemFiles()); !present)
        return present;
    for (unsigned i = 1; i <= options.kept; ++i)
        if (auto kept = isReplaceable(keptFile(options, i), systemFiles()); !kept)
            return kept;
    return {};
}

Result<void> TraceFile::open()
{
    std::error_code none;
    if (fs::exists(fs::symlink_status(_options.file, none)))
        return rotate();
    return begin();
}

Result<void> TraceFile::begin()
{
    _descriptor = _files.open(_options.file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                              S_IRUSR | S_IWUSR);
    if (_descriptor < 0)
        return refusal(_options.file, "cannot be made", errno);
    _size = 0;
    return append(_header);
}

Result<void> TraceFile::rotate()
{
    close();
    for (unsigned i = _options.kept; i > 0; --i) {
        const fs::path from = i == 1 ? _options.file : keptFile(_options, i - 1);
        if (_files.rename(from.c_str(), keptFile(_options, i).c_str()) != 0 && errno != ENOENT)
            return refusal(from, "cannot be moved", errno);
    }
    if (_options.kept == 0 && _files.remove(_options.file.c_str()) != 0 && errno != ENOENT)
        return refusal(_options.file, "cannot be removed", errno);
    return begin();
}

Result<void> TraceFile::write(ByteView block)
{
    if (_size > _header.size() && _size + block.size() > _options.size)
        if (auto rotated = rotate(); !rotated)
            return rotated;
    return append(block);
}

Result<void> TraceFile::append(ByteView bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = _files.write(_descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return refusal(_options.file, "cannot be written", written < 0 ? errno : ENOSPC);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        _size += static_cast<std::uint64_t>(written);
    }
    return {};
}

void TraceFile::close() noexcept
{
    if (_descriptor >= 0)
        _files.close(std::exchange(_descriptor, -1));
}

} // namespace waymark::discv4::trace

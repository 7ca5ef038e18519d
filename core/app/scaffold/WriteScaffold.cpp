#include "PluginTemplate.h"
#include "base/SystemError.h"
#include "base/Text.h"

#include <waymark/base/AtomicFile.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::app
{

namespace
{

namespace fs = std::filesystem;

tl::unexpected<Error> cannot(const fs::path& file, int error)
{
    Error made = systemError(file.string(), "cannot be written", error);
    if (made.code == ErrorCode::notFound) // which is said of the folder above alone
        made.code = ErrorCode::io;
    return failure(std::move(made));
}

/// Removes what it was told of, in reverse, unless it was told that all went well.
class Undo
{
public:
    Undo() = default;
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    ~Undo()
    {
        std::error_code ignored;
        while (!_made.empty()) {
            fs::remove(_made.back(), ignored); // of a folder: only an empty one
            _made.pop_back();
        }
    }
    void made(fs::path path) { _made.push_back(std::move(path)); }
    void keep() noexcept { _made.clear(); }

private:
    std::vector<fs::path> _made;
};

Result<void> makeFolder(const fs::path& folder, Undo& undo)
{
    struct stat status = {};
    if (::stat(folder.c_str(), &status) == 0)
        return S_ISDIR(status.st_mode) ? Result<void>() : cannot(folder, ENOTDIR);
    constexpr mode_t asTheUmaskSays = 0777;
    if (::mkdir(folder.c_str(), asTheUmaskSays) != 0)
        return cannot(folder, errno);
    undo.made(folder);
    return {};
}

Result<void> writeNew(const fs::path& path, const ScaffoldFile& file, Undo& undo)
{
    constexpr mode_t plain = 0666;
    constexpr mode_t executable = 0777;
    const int descriptor =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file.isExecutable ? executable : plain);
    if (descriptor < 0)
        return cannot(path, errno);
    undo.made(path);
    auto written = writeAll(descriptor, file.content, path.string());
    const bool isClosed = ::close(descriptor) == 0;
    return written && !isClosed ? cannot(path, errno) : written;
}

} // namespace

Result<void> writeScaffold(const fs::path& folder, const std::vector<ScaffoldFile>& files)
{
    std::vector<std::string> existing;
    std::error_code ignored;
    for (const ScaffoldFile& file : files)
        if (fs::exists(fs::symlink_status(folder / file.name, ignored)))
            existing.push_back((folder / file.name).string());
    if (!existing.empty())
        return failure(ErrorCode::conflict, text::joined(existing) + (existing.size() == 1 ? " is" : " are") +
                                                " there already, and nothing was written");

    Undo undo;
    auto result = requireFolderOf(folder).and_then([&] { return makeFolder(folder, undo); });
    for (const ScaffoldFile& file : files) {
        fs::path parent = folder;
        for (const fs::path& part : file.name.parent_path()) {
            parent /= part;
            result = result.and_then([&] { return makeFolder(parent, undo); });
        }
        result = result.and_then([&] { return writeNew(folder / file.name, file, undo); });
    }
    if (result)
        undo.keep();
    return result;
}

} // namespace waymark::app

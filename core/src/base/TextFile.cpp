#include "base/SystemError.h"

#include <waymark/base/TextFile.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <istream>
#include <memory>
#include <ostream>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace waymark
{

namespace
{

constexpr std::size_t blockSize = 1U << 16U;
constexpr std::size_t longestLine = 1U << 20U;

/// An open file that is closed with its last owner: functions that are copied share it.
class Descriptor
{
public:
    explicit Descriptor(int number) noexcept : _number(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (_number >= 0)
            ::close(_number);
    }
    int get() const noexcept { return _number; }

private:
    int _number;
};

} // namespace

Result<TextReader> TextReader::open(const std::filesystem::path& file)
{
    const std::string name = file.string();
    const auto opened = std::make_shared<const Descriptor>(
        ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (opened->get() < 0)
        return failure(systemError(name, "cannot be opened", errno));
    struct stat status = {};
    if (::fstat(opened->get(), &status) != 0 || !S_ISREG(status.st_mode))
        return failure(ErrorCode::io, name + " is no regular file");
    return TextReader([opened, name](std::span<char> out) -> Result<std::size_t> {
        for (;;) {
            const ssize_t size = ::read(opened->get(), out.data(), out.size());
            if (size >= 0)
                return static_cast<std::size_t>(size);
            if (errno != EINTR)
                return failure(systemError(name, "cannot be read", errno));
        }
    });
}

TextReader TextReader::of(std::istream& in)
{
    return TextReader([&in](std::span<char> out) -> Result<std::size_t> {
        in.read(out.data(), static_cast<std::streamsize>(out.size()));
        if (in.bad())
            return failure(ErrorCode::io, "what is read cannot be read on");
        return static_cast<std::size_t>(in.gcount());
    });
}

/// False at the end.
Result<bool> TextReader::fill()
{
    _block.erase(0, std::exchange(_at, 0));
    const std::size_t kept = _block.size();
    _block.resize(kept + blockSize);
    const auto size = _source(std::span(_block).subspan(kept));
    _block.resize(kept + size.value_or(0));
    if (!size)
        return failure(size.error());
    _bytes += *size;
    return *size > 0;
}

Result<std::optional<std::string_view>> TextReader::next()
{
    std::size_t searched = 0;
    for (;;) {
        const std::string_view rest = std::string_view(_block).substr(_at);
        const std::size_t end = rest.find('\n', searched);
        if (end != std::string_view::npos) {
            _at += end + 1;
            ++_number;
            return rest.substr(0, end);
        }
        searched = rest.size();
        if (searched > longestLine)
            return failure(ErrorCode::tooLarge,
                           "line " + std::to_string(_number + 1) + " is longer than a megabyte");
        const auto more = fill();
        if (!more)
            return failure(more.error());
        if (*more)
            continue;
        if (!_block.empty())
            return failure(ErrorCode::truncated, "line " + std::to_string(_number + 1) + " has no end");
        return std::nullopt;
    }
}

Result<TextWriter> TextWriter::create(const std::filesystem::path& file)
{
    const std::string name = file.string();
    const auto opened = std::make_shared<const Descriptor>(
        ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (opened->get() < 0)
        return failure(systemError(name, "cannot be created", errno));
    return TextWriter([opened, name](std::string_view text) { return writeAll(opened->get(), text, name); },
                      [opened, name]() -> Result<void> {
                          if (::fsync(opened->get()) != 0)
                              return failure(systemError(name, "cannot be synced", errno));
                          return {};
                      });
}

TextWriter TextWriter::to(std::ostream& out, std::string name)
{
    const auto told = [&out, name = std::move(name)](bool written) -> Result<void> {
        if (!written)
            return failure(ErrorCode::io, name + " cannot be written");
        return {};
    };
    return TextWriter(
        [&out, told](std::string_view text) {
            return told(static_cast<bool>(out.write(text.data(), static_cast<std::streamsize>(text.size()))));
        },
        [&out, told] { return told(static_cast<bool>(out.flush())); });
}

Result<void> TextWriter::write(std::string_view text)
{
    _bytes += text.size();
    _block += text;
    if (_block.size() < blockSize)
        return {};
    auto written = _sink(_block);
    _block.clear();
    return written;
}

Result<void> TextWriter::end()
{
    auto written = _sink(_block);
    _block.clear();
    return written ? _end() : written;
}

} // namespace waymark

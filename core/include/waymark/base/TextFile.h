#pragma once

#include <waymark/base/Result.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace waymark
{

/// Reads a text of any length line by line, keeping one line and a block of it. One thread.
class TextReader
{
public:
    /// A file, which stays as it is. notFound, permission or io with its name. A folder or another file that
    /// is not regular is io.
    static Result<TextReader> open(const std::filesystem::path& file);
    /// What comes from a stream, which outlives the reader.
    static TextReader of(std::istream& in);
    /// Fills the front of what it is given and says how much of it; 0 at the end.
    using Source = std::function<Result<std::size_t>(std::span<char>)>;
    explicit TextReader(Source source) : _source(std::move(source)) {}

    /// The next line without its end, valid until the next call; nothing behind the last. `truncated` for a
    /// last line without an end, tooLarge for one of more than a megabyte, io.
    Result<std::optional<std::string_view>> next();
    /// Of the line that next() gave, from 1.
    std::size_t number() const noexcept { return _number; }
    /// What was read so far.
    std::uint64_t bytes() const noexcept { return _bytes; }

private:
    Result<bool> fill();

    Source _source;
    std::string _block;
    std::size_t _at = 0; ///< of _block: what is before was given out
    std::size_t _number = 0;
    std::uint64_t _bytes = 0;
};

/// Writes a text in blocks, for files and streams alike. What is not ended is not complete. One thread.
class TextWriter
{
public:
    /// A new file with mode 0600: conflict where there is something of that name, permission, io.
    static Result<TextWriter> create(const std::filesystem::path& file);
    /// Into a stream, which outlives the writer and which `name` stands for in errors.
    static TextWriter to(std::ostream& out, std::string name);

    /// unavailable when the disk is full, io.
    Result<void> write(std::string_view text);
    /// The rest; a file is on the disk afterwards. Once.
    Result<void> end();
    std::uint64_t bytes() const noexcept { return _bytes; }

private:
    using Sink = std::function<Result<void>(std::string_view)>;
    using End = std::function<Result<void>()>;
    TextWriter(Sink sink, End end) : _sink(std::move(sink)), _end(std::move(end)) {}

    Sink _sink;
    End _end;
    std::string _block;
    std::uint64_t _bytes = 0;
};

} // namespace waymark

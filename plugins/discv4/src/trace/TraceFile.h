#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/FileSystem.h>
#include <waymark/base/Result.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace waymark::discv4::trace
{

/// Where packets are kept, and how many of them.
struct TraceOptions
{
    std::filesystem::path file;
    std::uint64_t size = 0; ///< of each file, in bytes
    unsigned kept = 0;      ///< how many files that are full are kept besides

    friend bool operator==(const TraceOptions&, const TraceOptions&) = default;
};

/// A capture file that makes room for a new one when it is full: trace.pcapng becomes trace.1.pcapng, that
/// one trace.2.pcapng, and the last is removed. Readable by its owner alone. One thread.
class TraceFile
{
public:
    /// Each file begins with `header`. `files` outlives this.
    TraceFile(TraceOptions options, Bytes header, FileSystem& files = systemFiles());
    ~TraceFile();
    TraceFile(const TraceFile&) = delete;
    TraceFile& operator=(const TraceFile&) = delete;

    /// Whether nothing but captures would be moved or removed, and the folder is there.
    static Result<void> check(const TraceOptions& options);

    /// Moves what an earlier run left out of the way, and begins a file.
    Result<void> open();

    /// Writes one block, in a new file when the present one has no room for it.
    Result<void> write(ByteView block);

    /// The n-th of those that are full.
    static std::filesystem::path keptFile(const TraceOptions& options, unsigned number);

private:
    Result<void> begin();
    Result<void> rotate();
    Result<void> append(ByteView bytes);
    void close() noexcept;

    TraceOptions _options;
    Bytes _header;
    FileSystem& _files;
    int _descriptor = -1;
    std::uint64_t _size = 0;
};

} // namespace waymark::discv4::trace

#pragma once

#include <waymark/base/Bytes.h>

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

namespace waymark::httpapi
{

/// Bytes that may hold a secret: whatever leaves the buffer, by consume(), by growing or by its end, is
/// overwritten. Not for use from several threads.
class SecretBuffer
{
public:
    SecretBuffer() = default;
    explicit SecretBuffer(std::string_view content);
    SecretBuffer(SecretBuffer&& other) noexcept;
    SecretBuffer& operator=(SecretBuffer&& other) noexcept;
    SecretBuffer(const SecretBuffer&) = delete;
    SecretBuffer& operator=(const SecretBuffer&) = delete;
    ~SecretBuffer() { wipe(); }

    std::size_t size() const noexcept { return _end - _begin; }
    bool empty() const noexcept { return _begin == _end; }
    std::size_t capacity() const noexcept { return _bytes.size(); }
    /// Borrowed until the next change.
    std::string_view view() const noexcept;
    /// The content for changes in place; borrowed until the next change.
    std::span<char> writable() noexcept;

    void append(std::string_view bytes);
    /// Makes room for `capacity` bytes in all, so that appending up to there moves nothing.
    void reserve(std::size_t capacity);

    /// Space behind the content for `size` bytes; commit() makes what was written there part of it. Where it
    /// must grow, it grows for more than that, but not beyond `most` bytes altogether.
    std::span<Byte> prepare(std::size_t size, std::size_t most = std::numeric_limits<std::size_t>::max());
    void commit(std::size_t written) noexcept;

    /// Takes `count` bytes off the front and overwrites them.
    void consume(std::size_t count) noexcept;
    /// Overwrites everything; the buffer is empty afterwards.
    void wipe() noexcept;
    /// As wipe(), and gives the memory back.
    void release() noexcept;

private:
    void moveToFront() noexcept;

    Bytes _bytes; ///< its size is the capacity
    std::size_t _begin = 0;
    std::size_t _end = 0;
};

} // namespace waymark::httpapi

#include "server/SecretBuffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace waymark::httpapi
{

SecretBuffer::SecretBuffer(std::string_view content)
{
    append(content);
}

SecretBuffer::SecretBuffer(SecretBuffer&& other) noexcept
    : _bytes(std::move(other._bytes)),
      _begin(std::exchange(other._begin, 0)),
      _end(std::exchange(other._end, 0))
{
    other._bytes.clear();
}

SecretBuffer& SecretBuffer::operator=(SecretBuffer&& other) noexcept
{
    if (this != &other) {
        wipe();
        _bytes.swap(other._bytes);
        std::swap(_begin, other._begin);
        std::swap(_end, other._end);
    }
    return *this;
}

std::string_view SecretBuffer::view() const noexcept
{
    const void* const start = _bytes.data() + _begin;
    return {static_cast<const char*>(start), size()};
}

std::span<char> SecretBuffer::writable() noexcept
{
    void* const start = _bytes.data() + _begin;
    return {static_cast<char*>(start), size()};
}

void SecretBuffer::append(std::string_view bytes)
{
    if (bytes.empty())
        return;
    std::memcpy(prepare(bytes.size()).data(), bytes.data(), bytes.size());
    commit(bytes.size());
}

void SecretBuffer::reserve(std::size_t capacity)
{
    if (capacity <= _bytes.size())
        return;
    Bytes larger(capacity);
    std::copy_n(_bytes.data() + _begin, size(), larger.data());
    secureWipe(_bytes);
    _bytes.swap(larger);
    _end = size();
    _begin = 0;
}

std::span<Byte> SecretBuffer::prepare(std::size_t size, std::size_t most)
{
    if (_bytes.size() - _end < size) {
        if (this->size() + size <= _bytes.size())
            moveToFront();
        else
            reserve(std::max(this->size() + size, std::min(_bytes.size() * 2, most)));
    }
    return {_bytes.data() + _end, size};
}

void SecretBuffer::moveToFront() noexcept
{
    std::copy(_bytes.data() + _begin, _bytes.data() + _end, _bytes.data());
    secureWipe(std::span(_bytes).subspan(size(), _begin));
    _end = size();
    _begin = 0;
}

void SecretBuffer::commit(std::size_t written) noexcept
{
    _end += written;
}

void SecretBuffer::consume(std::size_t count) noexcept
{
    count = std::min(count, size());
    secureWipe(std::span(_bytes).subspan(_begin, count));
    _begin += count;
    if (_begin == _end)
        _begin = _end = 0;
}

void SecretBuffer::wipe() noexcept
{
    secureWipe(_bytes);
    _begin = _end = 0;
}

void SecretBuffer::release() noexcept
{
    wipe();
    Bytes().swap(_bytes);
}

} // namespace waymark::httpapi

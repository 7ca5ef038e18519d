#pragma once

#include <waymark/base/Bytes.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace waymark::httpapi
{

/// A short secret text in a fixed place, overwritten when it ends or moves.
class SecretText
{
public:
    /// More than any key has: a text that is cut off here is no key.
    static constexpr std::size_t capacity = 80;

    SecretText() = default;
    SecretText(SecretText&& other) noexcept { take(other); }
    SecretText& operator=(SecretText&& other) noexcept
    {
        if (this != &other)
            take(other);
        return *this;
    }
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
    ~SecretText() { wipe(); }

    /// What does not fit is dropped, and overflowed() is true from then on.
    void append(char c) noexcept
    {
        if (_size < capacity)
            _text[_size++] = c;
        else
            _overflowed = true;
    }
    bool overflowed() const noexcept { return _overflowed; }
    /// Borrowed.
    std::string_view view() const noexcept { return {_text.data(), _size}; }

    void wipe() noexcept
    {
        void* const start = _text.data();
        secureWipe(std::span<Byte>(static_cast<Byte*>(start), _text.size()));
        _size = 0;
        _overflowed = false;
    }

private:
    void take(SecretText& other) noexcept
    {
        _text = other._text;
        _size = other._size;
        _overflowed = other._overflowed;
        other.wipe();
    }

    std::array<char, capacity> _text{};
    std::size_t _size = 0;
    bool _overflowed = false;
};

} // namespace waymark::httpapi

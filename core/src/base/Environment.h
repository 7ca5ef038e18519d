#pragma once

#include <cstdlib>
#include <string_view>

namespace waymark
{

/// The value of an environment variable; empty when there is none. Valid until the environment is changed.
inline std::string_view environment(const char* name) noexcept
{
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

} // namespace waymark

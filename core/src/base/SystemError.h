#pragma once

#include <waymark/base/Result.h>

#include <string>
#include <string_view>

namespace waymark
{

/// "FILE WHAT: why", with the kind of error that a value of errno stands for.
Error systemError(const std::string& file, std::string_view what, int code);

/// Writes all of a text to a descriptor, whose name is for errors.
Result<void> writeAll(int descriptor, std::string_view text, const std::string& file);

} // namespace waymark

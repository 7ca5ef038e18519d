#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Result.h>

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace waymark::host
{

/// The description of the first ELF note with that owner and type in a shared library of this machine
/// (ELF-64, gABI chapters 4 and 5). Reads headers and notes only, with every offset checked, and maps
/// nothing: a file that shrinks meanwhile cannot raise a signal.
///
/// notFound: no such file; io: unreadable; invalidArgument: no ELF library of this machine, or without the
/// note.
Result<Bytes> findNote(const std::filesystem::path& file, std::string_view owner, std::uint32_t type);

} // namespace waymark::host

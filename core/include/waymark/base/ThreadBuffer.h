#pragma once

#include <waymark/base/Bytes.h>

namespace waymark
{

/// A buffer of the calling thread's own, as it was left, so that what is built again and again needs no
/// memory again. Whoever asks for it has it until somebody else on this thread does. Plugins take this one: a
/// thread_local of a library that is loaded at run time lies in memory that leak sanitizers cannot find the
/// bounds of, and each use of it is a call.
Bytes& threadBuffer() noexcept;

} // namespace waymark

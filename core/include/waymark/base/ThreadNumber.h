#pragma once

#include <cstddef>

namespace waymark
{

/// The number of the calling thread, from 0 on in the order in which threads first ask, for whoever gives
/// each thread a place of its own. Those of threads that ended do not come again.
std::size_t threadNumber() noexcept;

} // namespace waymark

#pragma once

namespace waymark::httpapi
{

/// A time-out that a test waits for: long enough for what has to come before it, also where a machine is so
/// busy that the test stands still for a second or two.
inline constexpr auto shortTime = "3s";

} // namespace waymark::httpapi

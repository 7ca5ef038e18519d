#pragma once

#include <array>
#include <utility>

namespace waymark::httpapi
{

/// What every answer carries, unless its route says otherwise: a browser that shows one shall neither guess
/// its type nor run, frame, keep or pass on anything of it.
inline constexpr std::array<std::pair<const char*, const char*>, 4> securityHeaders{
    {{"X-Content-Type-Options", "nosniff"},
     {"Cache-Control", "no-store"},
     {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
     {"Referrer-Policy", "no-referrer"}}};

} // namespace waymark::httpapi

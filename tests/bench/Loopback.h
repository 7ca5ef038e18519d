#pragma once

#include <cstdint>

namespace waymark::bench
{

/// A connection from 127.0.0.`host` to a port of 127.0.0.1. Throws std::system_error.
int connectTo(std::uint16_t port, std::uint8_t host);

} // namespace waymark::bench

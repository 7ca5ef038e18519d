#pragma once

#include <waymark/node/Endpoint.h>

#include <cstddef>

namespace waymark::discv4::load
{

/// The n-th address of loopback, each in a /24 of its own: nodes limit networks, too. `number` below 65,536.
inline node::IpAddress loopbackAddress(std::size_t number)
{
    if (number == 0)
        return node::IpAddress::v4(127, 0, 0, 1);
    return node::IpAddress::v4(127, static_cast<Byte>(number >> 8U), static_cast<Byte>(number), 1);
}

} // namespace waymark::discv4::load

#pragma once

#include <waymark/node/Endpoint.h>

namespace waymark::testkit
{

/// Resets the TCP sockets of this process whose local endpoint is `local`, the listening one and its
/// connections alike, as the kernel does when their process dies; the listening one accepts nothing more.
/// Throws std::system_error.
void resetSockets(const node::Endpoint& local);

} // namespace waymark::testkit

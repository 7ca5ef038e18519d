#pragma once

#include <waymark/node/Endpoint.h>

namespace waymark::testkit
{

/// Makes the kernel drop what arrives at the TCP sockets of this process whose local endpoint is `local`,
/// the listening one and its connections alike, until thawSockets(): to the other side the owner stands
/// still. Throws std::system_error.
void freezeSockets(const node::Endpoint& local);

/// Takes the filter of freezeSockets() away. What was sent meanwhile is retransmitted by TCP.
void thawSockets(const node::Endpoint& local);

/// Resets those sockets as the kernel does when their process dies; the listening one accepts nothing more.
void resetSockets(const node::Endpoint& local);

} // namespace waymark::testkit

#pragma once

#include <waymark/node/Key.h>

#include <cstddef>
#include <vector>

namespace waymark::bench
{

/// So many public keys that lie on the curve. Making a million takes half a minute, so they are kept in the
/// build folder; nobody has their secret keys. Throws std::runtime_error when they cannot be kept.
std::vector<node::PublicKey> peerKeys(std::size_t count);

} // namespace waymark::bench

#pragma once

#include "commands/NodeArguments.h"

#include <waymark/base/Random.h>
#include <waymark/node/Key.h>

#include <string>

namespace waymark::discv4
{

/// What nodes are searched near to.
struct Target
{
    node::PublicKey key;     ///< what a FINDNODE says
    node::Hash256 hash{};    ///< what distances are measured from
    bool isNearOnly = false; ///< the hash is not that of the key: only its first bits are
};

/// Anywhere.
Target randomTarget(Random& random);
/// An id (128 hex digits), an enode URL, an ENR, or a hash (64 hex digits). FINDNODE takes a key and hashes
/// it, which cannot be turned round: for a hash a key is tried out whose hash begins with the same dozen bits
/// or more.
OrExit<Target> readTarget(const Asked& asked, const std::string& text, Random& random);

} // namespace waymark::discv4

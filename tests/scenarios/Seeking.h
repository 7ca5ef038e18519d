#pragma once

#include <waymark/testkit/Bootnode.h>

#include <vector>

namespace waymark::scenarios
{

/// The nodes that one lookup from a bootnode ends with, nearest first.
std::vector<discovery::DiscoveredNode> lookUp(testkit::Bootnode& from, const node::PublicKey& target);

/// Looks up a node by its key until it is found; throws testkit::AwaitError when that takes too long.
void find(testkit::Bootnode& from, const node::PublicKey& target);

/// Whether discovery has a proven node of this key now.
bool knows(const testkit::Bootnode& node, const node::PublicKey& key);

} // namespace waymark::scenarios

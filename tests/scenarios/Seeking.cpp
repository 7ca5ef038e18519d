#include "Seeking.h"

#include <algorithm>
#include <future>

namespace waymark::scenarios
{

std::vector<discovery::DiscoveredNode> lookUp(testkit::Bootnode& from, const node::PublicKey& target)
{
    // The completion may come after a caller gave up.
    const auto ended = std::make_shared<std::promise<std::vector<discovery::DiscoveredNode>>>();
    auto found = ended->get_future();
    from.discovery().lookup(target, [ended](auto nodes) { ended->set_value(std::move(nodes)); });
    if (found.wait_for(testkit::Bootnode::patience) != std::future_status::ready)
        throw testkit::AwaitError("the lookup does not end; the last events:\n" + from.events().tail());
    return found.get();
}

void find(testkit::Bootnode& from, const node::PublicKey& target)
{
    from.awaitUntil("the node " + target.hex().substr(0, 16), [&] {
        return std::ranges::any_of(lookUp(from, target),
                                   [&](const auto& node) { return node.key == target; });
    });
}

bool knows(const testkit::Bootnode& node, const node::PublicKey& key)
{
    return std::ranges::any_of(node.discovery().nodes(), [&](const auto& known) { return known.key == key; });
}

} // namespace waymark::scenarios

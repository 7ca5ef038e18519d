#include "commands/Target.h"

#include "engine/Distance.h"

#include <algorithm>

namespace waymark::discv4
{

namespace
{

/// Takes a few hundredths of a second.
constexpr int triedKeys = 1 << 15;
constexpr std::size_t idDigits = 2 * node::PublicKey::size;
constexpr std::size_t hashDigits = 2 * node::Hash256().size();

node::PublicKey randomKey(Random& random)
{
    FixedBytes<node::PublicKey::size> bytes;
    random.fill(bytes);
    return node::PublicKey(bytes);
}

Target nearTo(const node::Hash256& hash, Random& random)
{
    Target best{randomKey(random), hash, true};
    node::Hash256 nearest = best.key.nodeId();
    for (int i = 1; i < triedKeys; ++i) {
        const auto key = randomKey(random);
        const auto id = key.nodeId();
        if (engine::isNearer(hash, id, nearest)) {
            best.key = key;
            nearest = id;
        }
    }
    return best;
}

/// Nothing where it is hex digits, of which there must be 64 or 128.
std::optional<toolkit::NodeFlaw> findHexFlaw(std::string_view text)
{
    const std::size_t start = text.starts_with("0x") ? 2 : 0;
    const auto stranger = text.find_first_not_of("0123456789abcdefABCDEF", start);
    if (stranger != std::string_view::npos)
        return toolkit::NodeFlaw{"hex digits: no hex digit", stranger};
    const std::size_t digits = text.size() - start;
    if (digits == hashDigits || digits == idDigits)
        return std::nullopt;
    return toolkit::NodeFlaw{"an id has 128 hex digits and a hash 64, not " + std::to_string(digits),
                             start + digits};
}

} // namespace

Target randomTarget(Random& random)
{
    const auto key = randomKey(random);
    return {key, key.nodeId(), false};
}

OrExit<Target> readTarget(const Asked& asked, const std::string& text, Random& random)
{
    const std::string argument = "TARGET";
    if (text.starts_with("en")) {
        const auto node = readNode(asked, argument, text);
        if (!node)
            return tl::unexpected(node.error());
        const auto& key = node->name ? node->name->key : node->places.front().key;
        return Target{key, key.nodeId(), false};
    }
    if (const auto flaw = findHexFlaw(text))
        return tl::unexpected(refuseText(asked, argument, text, *flaw));
    const auto bytes = fromHex(text).value();
    if (bytes.size() == node::Hash256().size()) {
        node::Hash256 hash{};
        std::ranges::copy(bytes, hash.begin());
        return nearTo(hash, random);
    }
    // Any 64 bytes are a place to search near to.
    FixedBytes<node::PublicKey::size> id{};
    std::ranges::copy(bytes, id.begin());
    const node::PublicKey key(id);
    return Target{key, key.nodeId(), false};
}

} // namespace waymark::discv4

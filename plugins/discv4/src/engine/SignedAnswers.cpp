#include "engine/SignedAnswers.h"

#include <algorithm>
#include <new>
#include <tuple>
#include <type_traits>

namespace waymark::discv4::engine
{

SignedAnswers::SignedAnswers(std::uint64_t seed, std::size_t bytes)
    : _hash(seed), _buckets(bytes / (ways * (sizeof(Head) + sizeof(Room))))
{
    static_assert(std::is_trivially_destructible_v<Body>);
}

bool SignedAnswers::prepare() noexcept
{
    if (_glimpsed)
        return true;
    if (_buckets == 0)
        return false;
    if (!_heads)
        _heads.reset(new (std::nothrow) Head[_buckets * ways]);
    if (!_rooms)
        _rooms.reset(new (std::nothrow) Room[_buckets * ways]);
    if (_heads && _rooms)
        _glimpsed.reset(new (std::nothrow) std::array<std::uint64_t, glimpses>{});
    return _glimpsed != nullptr;
}

SignedAnswers::Body& SignedAnswers::body(std::size_t way) noexcept
{
    return *std::launder(static_cast<Body*>(static_cast<void*>(_rooms[way].bytes.data())));
}

std::uint64_t SignedAnswers::contentOf(std::span<const wire::Neighbor> nodes) const noexcept
{
    // Whatever collides is told apart by comparing it whole, so a part of each key is enough.
    constexpr std::size_t keyBytes = 8;
    std::uint64_t hash = _hash.bytes({}, nodes.size());
    for (const wire::Neighbor& node : nodes) {
        hash = _hash.bytes(ByteView(node.key.bytes()).first(keyBytes), hash);
        hash = _hash.bytes(node.endpoint.ip.bytes(),
                           hash ^ (std::uint64_t{node.endpoint.udp} << 16 | node.endpoint.tcp));
    }
    return hash;
}

std::uint64_t SignedAnswers::tagOf(const node::Hash256& recipient) const noexcept
{
    return _hash(recipient) | 1; // never 0
}

std::size_t SignedAnswers::bucketOf(std::uint64_t content) const noexcept
{
    return static_cast<std::size_t>(content % _buckets) * ways;
}

bool SignedAnswers::addRecipient(Body& body, std::uint64_t tag) noexcept
{
    constexpr std::size_t mask = recipientSlots - 1;
    static_assert((recipientSlots & mask) == 0 && recipients < recipientSlots);
    std::size_t slot = static_cast<std::size_t>(tag >> 1) & mask;
    for (; body.sentTo[slot] != 0; slot = (slot + 1) & mask)
        if (body.sentTo[slot] == tag)
            return false;
    body.sentTo[slot] = tag;
    ++body.sentCount;
    return true;
}

SignedAnswers::Packets SignedAnswers::packetsOf(const Body& body) noexcept
{
    Packets packets;
    std::size_t offset = 0;
    for (const std::size_t size : body.sizes) {
        if (size == 0)
            break;
        packets.storage[packets.size++] = ByteView(body.bytes).subspan(offset, size);
        offset += size;
    }
    return packets;
}

void SignedAnswers::use(std::size_t way) noexcept
{
    _heads[way].usedAt = ++_uses;
    if (body(way).sentCount == recipients)
        _heads[way].expiration = 0;
}

SignedAnswers::Found SignedAnswers::find(const Question& question) noexcept
{
    if (!prepare())
        return {};
    const std::uint64_t content = contentOf(question.nodes);
    const std::uint64_t tag = tagOf(question.recipient);
    const std::size_t first = bucketOf(content);
    Found found;
    for (std::size_t way = first; way < first + ways; ++way) {
        const Head& head = _heads[way];
        // One that is valid for too long was signed before the clock was set back.
        if (head.content != content || head.expiration < question.earliest ||
            head.expiration > question.earliest + reuseSeconds)
            continue;
        Body& body = this->body(way);
        if (!std::ranges::equal(std::span(body.nodes).first(body.nodeCount), question.nodes))
            continue;
        found.isKept = true;
        if (!addRecipient(body, tag))
            continue;
        use(way);
        found.packets = packetsOf(body);
        return found;
    }
    auto& glimpse = (*_glimpsed)[static_cast<std::size_t>(content >> 32) % glimpses];
    found.isKept = found.isKept || glimpse == content;
    glimpse = content;
    return found;
}

std::size_t SignedAnswers::placeFor(std::size_t bucket, std::uint64_t earliest) const noexcept
{
    std::size_t best = bucket;
    for (std::size_t way = bucket; way < bucket + ways; ++way) {
        if (_heads[way].expiration < earliest || _heads[way].expiration > earliest + reuseSeconds)
            return way;
        if (_heads[way].usedAt < _heads[best].usedAt)
            best = way;
    }
    return best;
}

void SignedAnswers::put(const Question& question, std::uint64_t expiration,
                        std::span<const ByteView> packets) noexcept
{
    std::size_t total = 0;
    for (const ByteView packet : packets)
        total += packet.size();
    if (!prepare() || question.nodes.size() > std::tuple_size_v<decltype(Body::nodes)> ||
        packets.size() > std::tuple_size_v<decltype(Body::sizes)> ||
        total > std::tuple_size_v<decltype(Body::bytes)>)
        return;
    const std::uint64_t content = contentOf(question.nodes);
    const std::size_t way = placeFor(bucketOf(content), question.earliest);
    auto* const body = new (_rooms[way].bytes.data()) Body;
    std::ranges::copy(question.nodes, body->nodes.begin());
    body->nodeCount = question.nodes.size();
    auto out = body->bytes.begin();
    for (std::size_t i = 0; i < packets.size(); ++i) {
        out = std::ranges::copy(packets[i], out).out;
        body->sizes[i] = packets[i].size();
    }
    addRecipient(*body, tagOf(question.recipient));
    _heads[way] = {content, expiration, ++_uses};
}

std::size_t SignedAnswers::size(std::uint64_t earliest) const noexcept
{
    if (!_glimpsed)
        return 0;
    return static_cast<std::size_t>(
        std::count_if(_heads.get(), _heads.get() + _buckets * ways,
                      [&](const Head& head) { return head.expiration != 0 && head.expiration >= earliest; }));
}

} // namespace waymark::discv4::engine

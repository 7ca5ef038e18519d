#pragma once

#include "engine/KeyedHash.h"
#include "engine/TrackedPeer.h"
#include "engine/registered/NumberedPool.h"
#include "engine/registered/ShortId.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace waymark::discv4::engine::registered
{

/// TrackedPeers by id. One that is registered at an IPv4 address and was seen nowhere else is packed: 32
/// bytes, 5 to find it by, and 24 more as soon as it answered or its record was read. Any other one is kept
/// as it is, which takes some 200.
///
/// Not thread-safe: of one thread at a time, readers included.
class PackedPeers
{
public:
    using Number = std::uint32_t;
    /// Numbers are below that.
    static constexpr Number limit = 1U << 24;

    explicit PackedPeers(KeyedHash hash) noexcept : _hash(hash) {}
    PackedPeers(const PackedPeers&) = delete;
    PackedPeers& operator=(const PackedPeers&) = delete;
    ~PackedPeers();

    /// Names a peer until it is erased.
    std::optional<Number> find(const node::Hash256& id) const noexcept;
    /// A peer that was not there, without anything. Throws bad_alloc; then nothing changed.
    Number add(const node::Hash256& id);
    void erase(Number number) noexcept;
    /// Whether there is one with that number.
    bool contains(Number number) const noexcept;
    const ShortId& idOf(Number number) const noexcept { return _slots.at(number).id; }

    std::size_t size() const noexcept { return _slots.size(); }
    /// Without those that are kept as they are.
    std::size_t bytes() const noexcept
    {
        return _slots.bytes() + _answers.bytes() + _index.capacity() * sizeof(Number);
    }

    /// Calls with the number of each, in no order.
    template <class Visit>
    void each(const Visit& visit) const
    {
        for (const Number entry : _index)
            if (entry != 0)
                visit(numberIn(entry));
    }

    /// A peer to be looked at.
    class Reading;
    /// A peer to be changed; what was changed counts when this goes.
    class Writing;

private:
    /// What is known of one that answered, or whose record was read.
    struct Answer
    {
        WallTime lastPong;
        Duration roundTrip{};
        std::uint64_t recordSeq = 0;
    };
    /// Where a packed peer is registered.
    struct Place
    {
        std::array<Byte, 4> ip{};
        std::uint16_t udp = 0;
        std::uint16_t tcp = 0;
    };
    struct Slot
    {
        ShortId id{};
        Place place; ///< or the pointer to a peer that is kept as it is
        NumberedPool<Answer>::Number answer = 0;
        std::uint16_t turn = 0;
        std::uint16_t failures : 4 = 0;   ///< 15 for all above
        std::uint16_t state : 2 = 0;      ///< a Liveness
        std::uint16_t stateThere : 2 = 0; ///< of the endpoint
        std::uint16_t isUsed : 1 = 0;
        std::uint16_t isWhole : 1 = 0; ///< kept as it is
        std::uint16_t isPlaced : 1 = 0;
        std::uint16_t isReachable : 1 = 0;
        std::uint16_t isTold : 1 = 0;
        std::uint16_t hasAnswered : 1 = 0;
    };
    static_assert(sizeof(Slot) == 32 && sizeof(TrackedPeer*) == sizeof(Place));
    static constexpr std::uint16_t mostFailures = 15;

    static constexpr unsigned tagShift = 24; ///< an entry of the index: bits of the hash above the number
    static Number numberIn(Number entry) noexcept { return entry & (limit - 1); }
    std::uint64_t hashOf(const ShortId& id) const noexcept { return _hash.bytes(id); }
    static std::uint32_t tagOf(std::uint64_t hash) noexcept { return static_cast<std::uint8_t>(hash >> 8U); }
    static std::size_t home(std::uint64_t hash, std::size_t size) noexcept
    {
        return static_cast<std::size_t>((hash >> 32U) * size >> 32U);
    }
    std::size_t after(std::size_t place) const noexcept { return place + 1 == _index.size() ? 0 : place + 1; }
    void rebuild(std::size_t size);
    void shrink() noexcept;
    void dropFromIndex(const ShortId& id) noexcept;

    static TrackedPeer* whole(const Slot& slot) noexcept;
    static void setWhole(Slot& slot, TrackedPeer* peer) noexcept;
    TrackedPeer unpacked(const Slot& slot) const;
    static bool isPackable(const TrackedPeer& peer) noexcept;
    /// Of what is packable, with room for an answer.
    void pack(Slot& slot, const TrackedPeer& peer) noexcept;

    KeyedHash _hash;
    NumberedPool<Slot> _slots;
    NumberedPool<Answer> _answers;
    std::vector<Number> _index; ///< 0: empty. Never full
};

class PackedPeers::Reading
{
public:
    Reading(const PackedPeers& peers, Number number);

    const TrackedPeer& operator*() const noexcept { return _whole != nullptr ? *_whole : *_unpacked; }
    const TrackedPeer* operator->() const noexcept { return &**this; }

private:
    std::optional<TrackedPeer> _unpacked;
    const TrackedPeer* _whole;
};

class PackedPeers::Writing
{
public:
    /// Throws bad_alloc; then nothing changed. There may be one at a time.
    Writing(PackedPeers& peers, Number number);
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;
    ~Writing();

    TrackedPeer& operator*() noexcept { return _whole != nullptr ? *_whole : *_unpacked; }
    TrackedPeer* operator->() noexcept { return &**this; }

    /// Must come before it is given an IPv6 endpoint or is seen elsewhere. What was got of it before is
    /// somewhere else then. Throws bad_alloc; then nothing changed.
    void unpack();

private:
    PackedPeers& _peers;
    Slot& _slot;
    std::optional<TrackedPeer> _unpacked;
    TrackedPeer* _whole;
};

} // namespace waymark::discv4::engine::registered

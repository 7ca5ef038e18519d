#pragma once

#include "engine/KeyedHash.h"
#include "wire/Frame.h"
#include "wire/Message.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace waymark::discv4::engine
{

/// Answers to FINDNODE that were signed a moment ago, to be sent to other nodes as they are: the signatures
/// are most of what an answer costs, and NEIGHBORS packets name neither question nor recipient.
///
/// They are found by what is in them, to the last byte, never by what was asked: whoever changes in registry,
/// table or liveness makes another answer, and one that is out of date is found by nobody.
///
/// No node gets the same bytes twice, since some clients drop those. Each signed answer keeps who got it, and
/// the next node that did finds it not; the caller signs another with a salt that no other has. An answer
/// that went to `recipients` nodes goes no further. So all of it is exact, and bounded: what has no room
/// takes the place of what was used least lately, and is gone with all that was known of it.
///
/// Only answers that are asked for again are kept: those that come once, to random targets, would push out
/// the others. One thread at a time. Address space is taken with the first question, memory as it fills.
class SignedAnswers
{
public:
    /// Nodes that one signed answer goes to.
    static constexpr std::size_t recipients = 192;
    /// For so long a signed answer is sent on. Its expiration is that much later, so that it is valid for the
    /// lifetime of packets whenever it leaves.
    static constexpr std::uint64_t reuseSeconds = 5;

    /// Room for so many bytes; less than one bucket's: nothing is kept.
    SignedAnswers(std::uint64_t seed, std::size_t bytes);

    /// The NEIGHBORS packets of one answer; borrowed until the next call.
    struct Packets
    {
        std::array<ByteView, 2> storage;
        std::size_t size = 0;
        std::span<const ByteView> all() const noexcept { return {storage.data(), size}; }
    };

    struct Question
    {
        std::span<const wire::Neighbor> nodes; ///< what the answer says, at most k
        const node::Hash256& recipient;        ///< its node id: at another address it is the same
        std::uint64_t earliest = 0;            ///< the expiration must be that or later; seconds since 1970
    };
    struct Found
    {
        Packets packets;     ///< none: sign another
        bool isKept = false; ///< whether put() would keep that one
    };
    /// A signed answer that the recipient did not get yet; it counts as sent to it now.
    Found find(const Question& question) noexcept;

    /// Keeps what was signed for a question that find() was called with.
    void put(const Question& question, std::uint64_t expiration, std::span<const ByteView> packets) noexcept;

    /// How many are kept that are not over at that time.
    std::size_t size(std::uint64_t earliest) const noexcept;

private:
    /// Answers whose content falls into one bucket; that of all that is signed for one content.
    static constexpr std::size_t ways = 16;
    static constexpr std::size_t recipientSlots = 256;
    /// Contents that were asked for once.
    static constexpr std::size_t glimpses = 4'096;

    /// What is looked at of each answer.
    struct Head
    {
        std::uint64_t content = 0;
        std::uint64_t expiration = 0; ///< 0: nothing there
        std::uint64_t usedAt = 0;
    };
    struct Body
    {
        std::array<wire::Neighbor, wire::Neighbors::maximumRead> nodes;
        std::size_t nodeCount = 0;
        std::array<std::uint64_t, recipientSlots> sentTo{}; ///< hashes of who got it, 0: free
        std::size_t sentCount = 0;
        /// The second packet has four nodes at most.
        std::array<Byte, wire::maximumPacket + wire::maximumPacket / 2> bytes;
        std::array<std::size_t, 2> sizes{};
    };

    /// Memory for a body, left as the system gave it.
    struct Room
    {
        alignas(Body) std::array<std::byte, sizeof(Body)> bytes;
    };

    /// False without memory.
    bool prepare() noexcept;
    Body& body(std::size_t way) noexcept;
    std::uint64_t contentOf(std::span<const wire::Neighbor> nodes) const noexcept;
    std::uint64_t tagOf(const node::Hash256& recipient) const noexcept;
    std::size_t bucketOf(std::uint64_t content) const noexcept;
    /// False when it is there already.
    static bool addRecipient(Body& body, std::uint64_t tag) noexcept;
    static Packets packetsOf(const Body& body) noexcept;
    std::size_t placeFor(std::size_t bucket, std::uint64_t earliest) const noexcept;
    void use(std::size_t way) noexcept;

    KeyedHash _hash;
    std::size_t _buckets;
    std::unique_ptr<Head[]> _heads;
    std::unique_ptr<Room[]> _rooms;
    std::unique_ptr<std::array<std::uint64_t, glimpses>> _glimpsed;
    std::uint64_t _uses = 0;
};

} // namespace waymark::discv4::engine

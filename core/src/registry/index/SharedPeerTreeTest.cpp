#include "registry/index/SharedPeerTree.h"

#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <atomic>
#include <functional>
#include <limits>
#include <memory_resource>
#include <new>
#include <optional>
#include <random>
#include <thread>
#include <vector>

namespace waymark::registry::index
{

using node::Hash256;

class SharedPeerTreeTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SharedPeerTreeTest);
    CPPUNIT_TEST(readersSeeAllOfAnApplyOrNone);
    CPPUNIT_TEST(aReaderThatStopsHoldsAWriterUpOnlyAtTheLimit);
    CPPUNIT_TEST(readersAnswerWhileAWriterWaits);
    CPPUNIT_TEST(givesMemoryBackWithTheLastPeer);
    CPPUNIT_TEST(givesNothingBackThatIsStillFound);
    CPPUNIT_TEST(withoutMemoryNothingHappened);
    CPPUNIT_TEST_SUITE_END();

    /// Gives memory as often as it is told to, and counts what is in use.
    class ScarceMemory final : public std::pmr::memory_resource
    {
    public:
        std::size_t left = std::numeric_limits<std::size_t>::max();
        std::size_t inUse = 0;
        std::function<void(std::size_t)> onReturn = [](std::size_t) {
        }; ///< told of the size, before

    private:
        void* do_allocate(std::size_t bytes, std::size_t alignment) override
        {
            if (left == 0)
                throw std::bad_alloc();
            --left;
            void* const begin = std::pmr::new_delete_resource()->allocate(bytes, alignment);
            inUse += bytes;
            return begin;
        }
        void do_deallocate(void* begin, std::size_t bytes, std::size_t alignment) override
        {
            onReturn(bytes);
            inUse -= bytes;
            std::pmr::new_delete_resource()->deallocate(begin, bytes, alignment);
        }
        bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
    };

    ScarceMemory _memory;
    SharedPeerTree _tree{_memory};
    std::mt19937_64 _random{5};

    Hash256 randomId(Byte group)
    {
        Hash256 id;
        for (Byte& byte : id)
            byte = static_cast<Byte>(_random());
        id[0] = group;
        return id;
    }

    static PeerIndex::Update updateOf(const Hash256& id, std::uint16_t port)
    {
        PeerIndex::Entry entry{id, {}, {}, {}};
        entry.v4 = node::NodeEndpoint{node::IpAddress::v4(8, 8, 8, 8), port, port};
        return {id, entry};
    }

    std::vector<Hash256> idsOf(Byte group, std::size_t count)
    {
        std::vector<Hash256> ids;
        while (ids.size() < count)
            ids.push_back(randomId(group));
        return ids;
    }

    std::vector<ClosestPeer> nearest(const Hash256& target, std::size_t k) const
    {
        std::vector<ClosestPeer> out(k);
        out.resize(_tree.closest({target}, out).count);
        return out;
    }

    static constexpr std::size_t groupSize = 24;

    /// Two writers each replace their group as a whole, take it away, and let others come and go beside it,
    /// until readers saw enough of it.
    void write(const std::vector<Hash256>& group, const std::vector<Hash256>& others,
               const std::atomic<unsigned>& yetToSee)
    {
        std::vector<PeerIndex::Update> batch;
        for (std::uint16_t version = 1;
             version <= 400 || (yetToSee.load() != 0 && version < std::numeric_limits<std::uint16_t>::max());
             ++version) {
            batch.clear();
            for (const Hash256& id : group)
                batch.push_back(version % 5 == 0 ? PeerIndex::Update{id, std::nullopt}
                                                 : updateOf(id, version));
            for (std::size_t i = version % 7; i < others.size(); i += 7)
                batch.push_back(version % 2 == 0 ? updateOf(others[i], 1)
                                                 : PeerIndex::Update{others[i], std::nullopt});
            _tree.apply(batch);
        }
    }

    /// What a reader saw of a group.
    struct Seen
    {
        bool isWhole = true;
        bool isInOrder = true;
        std::uint16_t version = 0;
        unsigned versions = 0;
    };

    void look(Byte group, Seen& seen) const
    {
        Hash256 target{};
        target[0] = group;
        std::array<ClosestPeer, groupSize> out;
        const std::size_t count = _tree.closest({target}, out).count;
        std::size_t members = 0;
        std::uint16_t version = 0;
        for (const ClosestPeer& peer : std::span(out).first(count)) {
            if (peer.nodeId[0] != group)
                continue;
            if (members++ == 0)
                version = peer.endpoint.udp;
            seen.isWhole &= peer.endpoint.udp == version;
        }
        seen.isWhole &= members == 0 || members == groupSize;
        if (members == 0)
            return;
        seen.isInOrder &= version >= seen.version;
        seen.versions += version != seen.version ? 1 : 0;
        seen.version = version;
    }

    void readersSeeAllOfAnApplyOrNone()
    {
        constexpr std::array<Byte, 2> groups{0x10, 0x90};
        constexpr unsigned enough = 5;
        std::array<std::array<Seen, groups.size()>, 3> seen;
        std::atomic<unsigned> writing{groups.size()};
        std::atomic<unsigned> yetToSee{seen.size()};
        std::vector<std::thread> threads;
        for (const Byte group : groups)
            threads.emplace_back([this, &writing, &yetToSee, members = idsOf(group, groupSize),
                                  others = idsOf(static_cast<Byte>(group + 1), 300)] {
                write(members, others, yetToSee);
                --writing;
            });
        for (auto& mine : seen)
            threads.emplace_back([&, this] {
                for (bool hasSeenEnough = false; writing.load() != 0;) {
                    for (std::size_t i = 0; i < groups.size(); ++i)
                        look(groups[i], mine[i]);
                    if (!hasSeenEnough && mine[0].versions >= enough && mine[1].versions >= enough) {
                        hasSeenEnough = true;
                        --yetToSee;
                    }
                }
            });
        for (std::thread& thread : threads)
            thread.join();
        for (const auto& mine : seen)
            for (const Seen& each : mine) {
                CPPUNIT_ASSERT(each.isWhole);
                CPPUNIT_ASSERT(each.isInOrder);
                CPPUNIT_ASSERT(each.versions >= enough);
            }
    }

    void replace(const Hash256& id, std::size_t times)
    {
        for (std::size_t i = 0; i < times; ++i) {
            const PeerIndex::Update update = updateOf(id, static_cast<std::uint16_t>(i));
            _tree.apply({&update, 1});
        }
    }

    void aReaderThatStopsHoldsAWriterUpOnlyAtTheLimit()
    {
        const Hash256 id = randomId(0);
        replace(id, 1);
        // Each drops a record, a bucket and a version.
        const std::size_t perReplacement = 3;
        const std::size_t within = SharedPeerTree::garbageLimit(1) / perReplacement;
        std::optional<ReaderGate::Pass> reader;
        reader.emplace(_tree.gate());
        replace(id, within);
        CPPUNIT_ASSERT(!_tree.isWaiting());
        std::atomic<bool> isDone{false};
        std::thread writer([&] {
            replace(id, within);
            isDone = true;
        });
        while (!_tree.isWaiting() && !isDone.load())
            std::this_thread::yield();
        const bool waited = !isDone.load();
        reader.reset();
        writer.join();
        CPPUNIT_ASSERT(waited);
        CPPUNIT_ASSERT(!_tree.isWaiting());
        CPPUNIT_ASSERT_EQUAL(static_cast<std::uint16_t>(within - 1), nearest(id, 1)[0].endpoint.udp);
    }

    void readersAnswerWhileAWriterWaits()
    {
        const Hash256 id = randomId(0);
        std::optional<ReaderGate::Pass> reader;
        reader.emplace(_tree.gate());
        std::atomic<bool> isDone{false};
        std::thread writer([&] {
            replace(id, SharedPeerTree::garbageLimit(1));
            isDone = true;
        });
        while (!_tree.isWaiting() && !isDone.load())
            std::this_thread::yield();
        for (int i = 0; i < 1000; ++i)
            CPPUNIT_ASSERT_EQUAL(std::size_t{1}, nearest(id, 4).size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _tree.size());
        const bool waits = !isDone.load();
        reader.reset();
        writer.join();
        CPPUNIT_ASSERT(waits);
    }

    /// One by one, so that hardly anything is left for a round at the end.
    void givesMemoryBackWithTheLastPeer()
    {
        for (int i = 0; i < 3; ++i) {
            const std::vector<Hash256> ids = idsOf(0, 5000);
            for (const Hash256& id : ids)
                replace(id, 1);
            CPPUNIT_ASSERT(_memory.inUse > 500'000);
            for (const Hash256& id : ids) {
                const PeerIndex::Update update{id, std::nullopt};
                _tree.apply({&update, 1});
            }
            CPPUNIT_ASSERT(_memory.inUse < 50'000);
        }
    }

    void givesNothingBackThatIsStillFound()
    {
        constexpr std::size_t leastBlock = 1024;
        const Hash256 id = randomId(0);
        replace(id, 1);
        std::size_t blocks = 0;
        std::size_t found = 0;
        _memory.onReturn = [&](std::size_t bytes) {
            if (bytes < leastBlock)
                return;
            ++blocks;
            found += nearest(id, 1).size();
        };
        const PeerIndex::Update update{id, std::nullopt};
        _tree.apply({&update, 1});
        _memory.onReturn = [](std::size_t) {
        };
        CPPUNIT_ASSERT(blocks > 0);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, found);
    }

    /// Each batch fails at its first allocation, its second, and so on, until it has enough.
    void withoutMemoryNothingHappened()
    {
        const Hash256 target = randomId(0);
        std::vector<Hash256> known;
        std::size_t failures = 0;
        for (int round = 0; round < 40; ++round) {
            std::vector<PeerIndex::Update> batch;
            for (std::size_t i = 0; i < known.size(); i += 5)
                batch.push_back({known[i], std::nullopt});
            for (int i = 0; i < 60; ++i)
                batch.push_back(updateOf(known.emplace_back(randomId(static_cast<Byte>(round % 3))), 7));
            const std::vector<ClosestPeer> before = nearest(target, 5000);
            for (std::size_t allowed = 0;; ++allowed) {
                _memory.left = allowed;
                try {
                    _tree.apply(batch);
                    break;
                } catch (const std::bad_alloc&) {
                    ++failures;
                }
                const std::vector<ClosestPeer> after = nearest(target, 5000);
                CPPUNIT_ASSERT_EQUAL(before.size(), after.size());
                for (std::size_t i = 0; i < before.size(); ++i)
                    CPPUNIT_ASSERT(before[i].nodeId == after[i].nodeId &&
                                   before[i].endpoint == after[i].endpoint);
            }
            CPPUNIT_ASSERT(nearest(target, 5000).size() != before.size());
        }
        CPPUNIT_ASSERT(failures > 40);
        std::vector<PeerIndex::Update> goodbye;
        for (const Hash256& id : known)
            goodbye.push_back({id, std::nullopt});
        _memory.left = std::numeric_limits<std::size_t>::max();
        _tree.apply(goodbye);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _tree.size());
        CPPUNIT_ASSERT(_memory.inUse < 100'000);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SharedPeerTreeTest);

} // namespace waymark::registry::index

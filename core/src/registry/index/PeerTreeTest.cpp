#include "registry/index/PeerTree.h"

#include "registry/index/ClosestWalk.h"

#include <cppunit/extensions/HelperMacros.h>

#include <memory_resource>
#include <random>
#include <set>
#include <vector>

namespace waymark::registry::index
{

using node::Hash256;

class PeerTreeTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PeerTreeTest);
    CPPUNIT_TEST(aVersionStaysAsItWas);
    CPPUNIT_TEST(aRollbackLeavesTheVersionOfBefore);
    CPPUNIT_TEST(aRollbackKeepsWhatWasDroppedBefore);
    CPPUNIT_TEST(rollbacksNeedNoMoreMemory);
    CPPUNIT_TEST(usesAgainWhatWasDropped);
    CPPUNIT_TEST(peersThatComeAndGoNeedNoMoreMemory);
    CPPUNIT_TEST(givesMemoryBackWithTheLastPeer);
    CPPUNIT_TEST(oneBatchUsesAgainWhatItMadeItself);
    CPPUNIT_TEST(fewPeersHaveNoForks);
    CPPUNIT_TEST(aForkGoesWithItsLastChildButOne);
    CPPUNIT_TEST_SUITE_END();

    /// Counts what is in use.
    class CountedMemory final : public std::pmr::memory_resource
    {
    public:
        std::size_t inUse = 0;

    private:
        void* do_allocate(std::size_t bytes, std::size_t alignment) override
        {
            void* const begin = std::pmr::new_delete_resource()->allocate(bytes, alignment);
            inUse += bytes;
            return begin;
        }
        void do_deallocate(void* begin, std::size_t bytes, std::size_t alignment) override
        {
            inUse -= bytes;
            std::pmr::new_delete_resource()->deallocate(begin, bytes, alignment);
        }
        bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
    };

    CountedMemory _memory;
    PeerTree _tree{_memory};
    std::mt19937_64 _random{11};
    std::vector<Hash256> _ids;

    Hash256 randomId()
    {
        Hash256 id;
        for (Byte& byte : id)
            byte = static_cast<Byte>(_random());
        return id;
    }

    void put(const Hash256& id, std::uint16_t port)
    {
        PeerIndex::Entry entry{id, {}, {}, {}};
        entry.v4 = node::NodeEndpoint{node::IpAddress::v4(8, 8, 8, 8), port, port};
        _tree.put(entry);
    }

    const PeerVersion& publish()
    {
        const PeerVersion& version = _tree.complete();
        _tree.commit();
        return version;
    }

    const PeerVersion& publishPeers(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i)
            put(_ids.emplace_back(randomId()), 1);
        return publish();
    }

    /// All peers of a version as a set of ids and ports.
    static std::set<std::pair<Hash256, std::uint16_t>> content(const PeerVersion& version)
    {
        std::vector<ClosestPeer> out(version.top.count);
        const ClosestQuery query{{}, ReachSet::all()};
        const auto answer = ClosestWalk(query, out).from(version.top);
        CPPUNIT_ASSERT_EQUAL(out.size(), answer.count);
        std::set<std::pair<Hash256, std::uint16_t>> all;
        for (const ClosestPeer& peer : out)
            all.emplace(peer.nodeId, peer.endpoint.udp);
        CPPUNIT_ASSERT_EQUAL(out.size(), all.size());
        return all;
    }

    void change()
    {
        for (std::size_t i = 0; i < _ids.size(); ++i) {
            if (i % 3 == 0)
                _tree.erase(_ids[i]);
            else
                put(_ids[i], 2);
            put(randomId(), 3);
        }
    }

    void aVersionStaysAsItWas()
    {
        const PeerVersion& version = publishPeers(500);
        const auto before = content(version);
        for (int i = 0; i < 3; ++i) {
            change();
            const auto after = content(publish());
            CPPUNIT_ASSERT(after != before);
        }
        CPPUNIT_ASSERT(content(version) == before);
    }

    void aRollbackLeavesTheVersionOfBefore()
    {
        const PeerVersion& version = publishPeers(500);
        const auto before = content(version);
        change();
        _tree.rollback();
        CPPUNIT_ASSERT(content(version) == before);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _tree.garbage());
        CPPUNIT_ASSERT(content(publish()) == before);
        change();
        _tree.complete();
        _tree.rollback();
        change();
        CPPUNIT_ASSERT(content(publish()) != before);
    }

    void aRollbackKeepsWhatWasDroppedBefore()
    {
        publishPeers(500);
        change();
        publish();
        const std::size_t garbage = _tree.garbage();
        CPPUNIT_ASSERT(garbage > 0);
        const auto changeAndRollBack = [this] {
            change();
            _tree.rollback();
        };
        changeAndRollBack();
        CPPUNIT_ASSERT_EQUAL(garbage, _tree.garbage());
        _tree.beginRound();
        changeAndRollBack();
        CPPUNIT_ASSERT_EQUAL(garbage, _tree.garbage());
        _tree.endRound();
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _tree.garbage());
    }

    void rollbacksNeedNoMoreMemory()
    {
        publishPeers(500);
        std::size_t used = 0;
        for (int i = 0; i < 50; ++i) {
            change();
            _tree.rollback();
            if (i == 0)
                used = _memory.inUse;
        }
        CPPUNIT_ASSERT(_memory.inUse < used + used / 4);
    }

    void usesAgainWhatWasDropped()
    {
        publishPeers(500);
        const auto replaceAll = [this] {
            for (const Hash256& id : _ids) {
                put(id, 2);
                publish();
                _tree.beginRound();
                _tree.endRound();
            }
        };
        replaceAll();
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _tree.garbage());
        const std::size_t used = _memory.inUse;
        for (int i = 0; i < 20; ++i)
            replaceAll();
        CPPUNIT_ASSERT_EQUAL(used, _memory.inUse);
    }

    /// Splits and merges, forks that come and go.
    void peersThatComeAndGoNeedNoMoreMemory()
    {
        publishPeers(1000);
        const auto comeAndGo = [this] {
            for (std::size_t i = 0; i < _ids.size(); ++i) {
                if (i % 50 != 0)
                    _tree.erase(_ids[i]);
                publish();
                _tree.beginRound();
                _tree.endRound();
            }
            for (const Hash256& id : _ids)
                put(id, 2);
            publish();
            _tree.beginRound();
            _tree.endRound();
        };
        comeAndGo();
        const std::size_t used = _memory.inUse;
        for (int i = 0; i < 20; ++i)
            comeAndGo();
        // The lists of what was dropped may grow a little when they take turns.
        CPPUNIT_ASSERT(_memory.inUse < used + 4096);
    }

    void givesMemoryBackWithTheLastPeer()
    {
        for (int i = 0; i < 3; ++i) {
            publishPeers(5000);
            CPPUNIT_ASSERT(_memory.inUse > 500'000);
            for (const Hash256& id : _ids)
                _tree.erase(id);
            _ids.clear();
            publish();
            CPPUNIT_ASSERT(_memory.inUse > 500'000);
            _tree.beginRound();
            _tree.endRound();
            CPPUNIT_ASSERT(_memory.inUse < 50'000);
        }
    }

    void oneBatchUsesAgainWhatItMadeItself()
    {
        publishPeers(100);
        const auto replaceOften = [this] {
            for (int i = 0; i < 100; ++i)
                for (const Hash256& id : _ids)
                    put(id, 2);
            publish();
        };
        replaceOften();
        const std::size_t garbage = _tree.garbage();
        CPPUNIT_ASSERT(garbage < 3 * _ids.size());
        _tree.beginRound();
        _tree.endRound();
        replaceOften();
        CPPUNIT_ASSERT(_tree.garbage() < 3 * _ids.size());
        CPPUNIT_ASSERT(_memory.inUse < 100'000);
    }

    void fewPeersHaveNoForks()
    {
        CPPUNIT_ASSERT(!publishPeers(2000).top.isBucket);
        while (_ids.size() > 8) {
            _tree.erase(_ids.back());
            _ids.pop_back();
        }
        const PeerVersion& few = publish();
        CPPUNIT_ASSERT(few.top.isBucket);
        CPPUNIT_ASSERT_EQUAL(_ids.size(), content(few).size());
    }

    void aForkGoesWithItsLastChildButOne()
    {
        for (std::size_t i = 0; i < PeerBucket::capacity + 10; ++i) {
            _ids.push_back(randomId());
            _ids.back()[0] = i % 2 == 0 ? 0x00 : 0xff;
            put(_ids.back(), 1);
        }
        CPPUNIT_ASSERT(!publish().top.isBucket);
        for (std::size_t i = 1; i < _ids.size(); i += 2)
            _tree.erase(_ids[i]);
        const PeerVersion& one = publish();
        CPPUNIT_ASSERT(one.top.isBucket);
        CPPUNIT_ASSERT_EQUAL(_ids.size() / 2, content(one).size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PeerTreeTest);

} // namespace waymark::registry::index

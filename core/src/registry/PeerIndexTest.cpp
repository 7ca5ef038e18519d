#include <waymark/registry/PeerIndex.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>

namespace waymark::registry
{

using node::Hash256;
using node::IpAddress;
using node::IpFamily;
using node::IpScope;

/// PeerIndex with node ids that no hash would give: ground, shared prefixes, neighbours.
class PeerIndexTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PeerIndexTest);
    CPPUNIT_TEST(isExactForRandomIds);
    CPPUNIT_TEST(isExactForIdsThatShareTheirPrefix);
    CPPUNIT_TEST(isExactAtTheGreatestDepth);
    CPPUNIT_TEST(countsHiddenOnesAmongTheNearest);
    CPPUNIT_TEST(replacesAnEntry);
    CPPUNIT_TEST(erasesDownToNothingAndFillsAgain);
    CPPUNIT_TEST(anEntryWithoutEndpointIsNone);
    CPPUNIT_TEST_SUITE_END();

    std::mt19937_64 _random{42};
    std::map<Hash256, PeerIndex::Entry> _model;
    std::unique_ptr<PeerIndex> _index;

public:
    void setUp() override { _index = std::make_unique<PeerIndex>(); }

private:
    Hash256 randomId()
    {
        Hash256 id;
        for (Byte& byte : id)
            byte = static_cast<Byte>(_random());
        return id;
    }

    void put(const Hash256& id, IpAddress ip)
    {
        PeerIndex::Entry entry;
        entry.nodeId = id;
        FixedBytes<64> key{};
        std::copy(id.begin(), id.end(), key.begin());
        entry.key = node::PublicKey(key);
        const node::NodeEndpoint endpoint{ip, static_cast<std::uint16_t>(_random()), 0};
        (ip.isV4() ? entry.v4 : entry.v6) = endpoint;
        _model[id] = entry;
        const PeerIndex::Update update{id, entry};
        _index->apply({&update, 1});
    }

    /// By value: callers name ids that lie in the model.
    void erase(Hash256 id)
    {
        _model.erase(id);
        const PeerIndex::Update update{id, std::nullopt};
        _index->apply({&update, 1});
    }

    IpAddress anyAddress()
    {
        static const std::array places{IpAddress::v4(127, 0, 0, 1), IpAddress::v4(10, 0, 0, 1),
                                       IpAddress::v4(8, 8, 8, 8), IpAddress::parse("2600::1").value()};
        return places[_random() % places.size()];
    }

    void check(const Hash256& target, ReachSet reach, std::size_t k) const
    {
        std::map<Hash256, const PeerIndex::Entry*> byDistance;
        for (const auto& [id, entry] : _model) {
            Hash256 distance;
            for (std::size_t i = 0; i < id.size(); ++i)
                distance[i] = static_cast<Byte>(id[i] ^ target[i]);
            byDistance[distance] = &entry;
        }
        std::vector<ClosestPeer> out(k);
        const ClosestAnswer answer = _index->closest({target, reach}, out);
        std::size_t rank = 0;
        std::size_t count = 0;
        std::size_t hidden = 0;
        for (const auto& [distance, entry] : byDistance) {
            const node::NodeEndpoint& endpoint = entry->v4 ? *entry->v4 : *entry->v6;
            const bool shown = ReachSet::of(endpoint.ip.family(), endpoint.ip.scope()).meets(reach);
            hidden += rank++ < k && !shown ? 1 : 0;
            if (!shown || count == k)
                continue;
            CPPUNIT_ASSERT(count < answer.count);
            CPPUNIT_ASSERT(out[count].nodeId == entry->nodeId);
            CPPUNIT_ASSERT(out[count].key == entry->key);
            CPPUNIT_ASSERT(out[count].endpoint == endpoint);
            ++count;
        }
        CPPUNIT_ASSERT_EQUAL(count, answer.count);
        CPPUNIT_ASSERT_EQUAL(hidden, answer.hidden);
        CPPUNIT_ASSERT_EQUAL(_model.size(), _index->size());
    }

    void checkAround(const Hash256& target)
    {
        for (const std::size_t k : {1U, 3U, 16U}) {
            check(target, ReachSet::all(), k);
            check(target, ReachSet::of(IpFamily::v4, IpScope::global), k);
            check(target,
                  ReachSet::of(IpFamily::v6, IpScope::global) | ReachSet::of(IpFamily::v4, IpScope::lan), k);
            check(target, ReachSet(), k);
        }
    }

    void isExactForRandomIds()
    {
        for (int i = 0; i < 500; ++i) {
            put(randomId(), anyAddress());
            if (i % 3 == 2)
                erase(std::next(_model.begin(), static_cast<long>(_random() % _model.size()))->first);
            if (i % 10 == 0)
                checkAround(randomId());
        }
    }

    void isExactForIdsThatShareTheirPrefix()
    {
        const Hash256 prefix = randomId();
        for (const std::size_t shared : {5U, 16U, 31U}) {
            for (int i = 0; i < 120; ++i) {
                Hash256 id = randomId();
                std::copy_n(prefix.begin(), shared, id.begin());
                put(id, anyAddress());
            }
            checkAround(prefix);
            checkAround(randomId());
        }
        while (!_model.empty()) {
            erase(std::next(_model.begin(), static_cast<long>(_random() % _model.size()))->first);
            if (_model.size() % 20 == 0)
                checkAround(prefix);
        }
    }

    void isExactAtTheGreatestDepth()
    {
        // Each id leaves the target one bit later than the one before: 256 inner nodes in a row.
        const Hash256 target = randomId();
        put(target, anyAddress());
        for (std::size_t bit = 0; bit < 256; ++bit) {
            Hash256 id = target;
            id[bit / 8] = static_cast<Byte>(id[bit / 8] ^ (0x80U >> (bit % 8)));
            put(id, anyAddress());
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{257}, _index->size());
        checkAround(target);
        Hash256 opposite = target;
        for (Byte& byte : opposite)
            byte = static_cast<Byte>(~byte);
        checkAround(opposite);
        check(target, ReachSet::all(), 300);
        for (std::size_t bit = 0; bit < 256; bit += 2) {
            Hash256 id = target;
            id[bit / 8] = static_cast<Byte>(id[bit / 8] ^ (0x80U >> (bit % 8)));
            erase(id);
        }
        checkAround(target);
    }

    void countsHiddenOnesAmongTheNearest()
    {
        for (int i = 0; i < 1000; ++i)
            put(randomId(), IpAddress::v4(10, 0, 0, 1));
        const Hash256 only = randomId();
        put(only, IpAddress::v4(8, 8, 8, 8));
        std::array<ClosestPeer, 16> out;
        const Hash256 target = randomId();
        const auto answer = _index->closest({target, ReachSet::of(IpFamily::v4, IpScope::global)}, out);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, answer.count);
        CPPUNIT_ASSERT(out[0].nodeId == only);
        check(target, ReachSet::of(IpFamily::v4, IpScope::global), 16);
    }

    void replacesAnEntry()
    {
        const Hash256 id = randomId();
        put(id, IpAddress::v4(10, 0, 0, 1));
        put(randomId(), IpAddress::v4(10, 0, 0, 1));
        put(id, IpAddress::parse("2600::1").value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _index->size());
        check(id, ReachSet::of(IpFamily::v6, IpScope::global), 4);
        check(id, ReachSet::of(IpFamily::v4, IpScope::lan), 4);
    }

    void erasesDownToNothingAndFillsAgain()
    {
        for (int round = 0; round < 3; ++round) {
            for (int i = 0; i < 20; ++i)
                put(randomId(), anyAddress());
            erase(randomId());
            checkAround(randomId());
            while (!_model.empty())
                erase(_model.begin()->first);
            checkAround(randomId());
        }
    }

    void anEntryWithoutEndpointIsNone()
    {
        const Hash256 id = randomId();
        put(id, anyAddress());
        PeerIndex::Entry bare;
        bare.nodeId = id;
        const PeerIndex::Update update{id, bare};
        _index->apply({&update, 1});
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _index->size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PeerIndexTest);

} // namespace waymark::registry

#include <waymark/registry/PeerIndex.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

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
    CPPUNIT_TEST(isExactForManyAndForMany);
    CPPUNIT_TEST(isExactForIdsThatDifferInTheirLastBits);
    CPPUNIT_TEST(tellsTheEndpointWithinReach);
    CPPUNIT_TEST(theLastUpdateOfAPeerCounts);
    CPPUNIT_TEST(refusesAnEndpointInTheOtherFamilysPlace);
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

    PeerIndex::Entry entryAt(const Hash256& id, IpAddress ip)
    {
        PeerIndex::Entry entry;
        entry.nodeId = id;
        FixedBytes<64> key{};
        std::copy(id.begin(), id.end(), key.begin());
        entry.key = node::PublicKey(key);
        const node::NodeEndpoint endpoint{ip, static_cast<std::uint16_t>(_random()), 0};
        (ip.isV4() ? entry.v4 : entry.v6) = endpoint;
        return entry;
    }

    void applyAll(const std::vector<PeerIndex::Update>& updates)
    {
        _index->apply(updates);
        for (const PeerIndex::Update& update : updates) {
            if (update.entry)
                _model[update.nodeId] = *update.entry;
            else
                _model.erase(update.nodeId);
        }
    }

    void put(const Hash256& id, IpAddress ip) { applyAll({{id, entryAt(id, ip)}}); }

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

    static std::optional<node::NodeEndpoint> endpointWithin(const PeerIndex::Entry& entry, ReachSet reach)
    {
        for (const auto& endpoint : {entry.v4, entry.v6})
            if (endpoint && ReachSet::of(endpoint->ip.family(), endpoint->ip.scope()).meets(reach))
                return endpoint;
        return std::nullopt;
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
            const auto endpoint = endpointWithin(*entry, reach);
            const bool shown = endpoint.has_value();
            hidden += rank++ < k && !shown ? 1 : 0;
            if (!shown || count == k)
                continue;
            CPPUNIT_ASSERT(count < answer.count);
            CPPUNIT_ASSERT(out[count].nodeId == entry->nodeId);
            CPPUNIT_ASSERT(out[count].key == entry->key);
            CPPUNIT_ASSERT(out[count].endpoint == *endpoint);
            ++count;
        }
        CPPUNIT_ASSERT_EQUAL(count, answer.count);
        CPPUNIT_ASSERT_EQUAL(hidden, answer.hidden);
        CPPUNIT_ASSERT_EQUAL(_model.size(), _index->size());
    }

    void checkAround(const Hash256& target)
    {
        for (const std::size_t k : {0U, 1U, 3U, 16U}) {
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

    void isExactForManyAndForMany()
    {
        std::vector<PeerIndex::Update> batch;
        for (int round = 0; round < 12; ++round) {
            batch.clear();
            for (int i = 0; i < 700; ++i) {
                Hash256 id = randomId();
                if (i % 2 == 0)
                    id[0] = id[1] = id[2] = id[3] = id[4] = 0xa7; // 40 bits, as an attacker grinds them
                batch.push_back({id, entryAt(id, anyAddress())});
            }
            for (int i = 0; i < 300 && !_model.empty(); ++i)
                batch.push_back({std::next(_model.begin(), i * 2)->first, std::nullopt});
            applyAll(batch);
            for (const std::size_t k : {1U, 16U, 31U, 32U, 33U, 256U}) {
                check(batch[0].nodeId, ReachSet::all(), k);
                check(batch[1].nodeId, ReachSet::of(IpFamily::v6, IpScope::global), k);
            }
        }
    }

    /// Within a bucket they are told apart by a few bits, which must not be the last word.
    void isExactForIdsThatDifferInTheirLastBits()
    {
        for (int family = 0; family < 60; ++family) {
            Hash256 id = randomId();
            for (int sibling = 0; sibling < 5; ++sibling) {
                id[31] = static_cast<Byte>(_random());
                put(id, anyAddress());
            }
            if (family % 10 == 0)
                checkAround(id);
        }
        for (int i = 0; i < 30; ++i)
            checkAround(std::next(_model.begin(), i * 5)->first);
    }

    void tellsTheEndpointWithinReach()
    {
        const Hash256 id = randomId();
        PeerIndex::Entry entry = entryAt(id, IpAddress::v4(8, 8, 8, 8));
        entry.v6 = {IpAddress::parse("2600::1").value(), 30303, 30304};
        applyAll({{id, entry}});
        check(id, ReachSet::all(), 2);
        check(id, ReachSet::of(IpFamily::v6, IpScope::global), 2);
        check(id, ReachSet::of(IpFamily::v4, IpScope::global), 2);
        check(id, ReachSet::of(IpFamily::v4, IpScope::lan), 2);
    }

    void theLastUpdateOfAPeerCounts()
    {
        const Hash256 id = randomId();
        put(randomId(), anyAddress());
        const PeerIndex::Entry first = entryAt(id, IpAddress::v4(10, 0, 0, 1));
        const PeerIndex::Entry last = entryAt(id, IpAddress::v4(10, 0, 0, 2));
        applyAll({{id, first}, {id, std::nullopt}, {id, first}, {id, last}});
        checkAround(id);
        applyAll({{id, first}, {id, std::nullopt}});
        checkAround(id);
    }

    void refusesAnEndpointInTheOtherFamilysPlace()
    {
        put(randomId(), anyAddress());
        const Hash256 id = randomId();
        PeerIndex::Entry wrong = entryAt(id, IpAddress::v4(10, 0, 0, 1));
        std::swap(wrong.v4, wrong.v6);
        const Hash256 other = randomId();
        const std::array updates{PeerIndex::Update{other, entryAt(other, anyAddress())},
                                 PeerIndex::Update{id, wrong}};
        CPPUNIT_ASSERT_THROW(_index->apply(updates), std::invalid_argument);
        checkAround(id);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PeerIndexTest);

} // namespace waymark::registry

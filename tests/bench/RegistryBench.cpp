// What the index of nearest peers costs: time for each query and change, and memory, by the number of peers.
#include "Bench.h"

#include <waymark/registry/PeerIndex.h>
#include <waymark/registry/StoredRegistry.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <ctime>
#include <fstream>
#include <future>
#include <limits>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace waymark::bench
{

namespace
{

using node::Hash256;
using registry::ClosestPeer;
using registry::PeerIndex;
using Clock = std::chrono::steady_clock;

constexpr std::size_t k = 16;
constexpr std::size_t batchSize = 256;
constexpr std::size_t groundBytes = 5;
constexpr auto perSecond = "upserts a second of a core";

double nanosecondsSince(Clock::time_point began)
{
    return std::chrono::duration<double, std::nano>(Clock::now() - began).count();
}

/// Of a core, that this thread had: others use the machine, too.
double processorNanoseconds()
{
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) * 1e9 + static_cast<double>(used.tv_nsec);
}

double residentBytes()
{
    std::ifstream statm("/proc/self/statm");
    double total = 0;
    double resident = 0;
    statm >> total >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// Node ids as hashes give them, or as an attacker grinds them: with a prefix of 40 bits in common.
class Ids
{
public:
    explicit Ids(bool areGround) : _areGround(areGround) {}

    Hash256 next()
    {
        Hash256 id;
        for (std::size_t at = 0; at < id.size(); at += 8) {
            const std::uint64_t word = _random();
            std::memcpy(id.data() + at, &word, sizeof(word));
        }
        if (_areGround)
            std::fill_n(id.begin(), groundBytes, Byte{0x5a});
        return id;
    }
    std::vector<Hash256> next(std::size_t count)
    {
        std::vector<Hash256> ids(count);
        std::ranges::generate(ids, [this] { return next(); });
        return ids;
    }

private:
    bool _areGround;
    std::mt19937_64 _random{7};
};

PeerIndex::Update updateOf(const Hash256& id, std::uint16_t port)
{
    FixedBytes<node::PublicKey::size> key{};
    std::ranges::copy(id, key.begin());
    PeerIndex::Entry entry{id, node::PublicKey(key), {}, {}};
    entry.v4 = node::NodeEndpoint{node::IpAddress::v4(8, 8, id[30], id[31]), port, port};
    return {id, entry};
}

/// One size and kind of ids.
class Run
{
public:
    Run(Table& table, std::size_t peers, bool areGround)
        : _table(table),
          _peers(peers),
          _source(areGround),
          _ids(_source.next(peers)),
          _targets(_source.next(std::size_t{1} << 14))
    {
        std::string name = std::to_string(peers) + " peers";
        table.heading("The index of nearest peers, " + name +
                      (areGround ? ", ids that share 40 bits" : ", random ids"));
    }

    void all()
    {
        fill();
        const double query = queries("query, nobody writing");
        const double linear = linearScan();
        _table.figure("a linear scan", linear, "ns");
        _table.ratio("linear scan over query", linear / query);
        replace(1, "replacing, one by one");
        replace(batchSize, "replacing, 256 at once");
        queriesBesideWriter(1, "a writer, one by one");
        queriesBesideWriter(batchSize, "a writer, 256 at once");
    }

private:
    void fill();
    /// Of the fastest of several rounds, because others use the machine, too.
    double queries(const std::string& what);
    double linearScan() const;
    void replace(std::size_t batch, const std::string& what);
    void queriesBesideWriter(std::size_t batch, const std::string& what);
    std::size_t replaceNext(std::size_t first, std::size_t batch);

    Table& _table;
    std::size_t _peers;
    Ids _source;
    std::vector<Hash256> _ids;
    std::vector<Hash256> _targets;
    PeerIndex _index;
    std::uint16_t _port = 1;
};

void Run::fill()
{
    const double before = residentBytes();
    double spent = 0;
    std::vector<PeerIndex::Update> updates;
    updates.reserve(batchSize);
    for (std::span<const Hash256> rest = _ids; !rest.empty();) {
        const auto slice = rest.first(std::min(rest.size(), batchSize));
        rest = rest.subspan(slice.size());
        updates.clear();
        for (const Hash256& id : slice)
            updates.push_back(updateOf(id, _port));
        const double began = processorNanoseconds();
        _index.apply(updates);
        spent += processorNanoseconds() - began;
    }
    // What follows meets the peers in another order than memory has them.
    std::shuffle(_ids.begin(), _ids.end(), std::mt19937_64(3));
    const auto peers = static_cast<double>(_peers);
    _table.figure("new peers, 256 at once", peers / spent * 1e9, perSecond);
    // Below that it is lost in what the process has anyway.
    if (_peers >= 100'000)
        _table.figure("resident memory", (residentBytes() - before) / peers, "bytes a peer");
}

double Run::queries(const std::string& what)
{
    constexpr std::size_t repeats = 25;
    constexpr std::size_t roundSize = 1024;
    std::array<ClosestPeer, k> out;
    std::vector<double> single;
    double fastest = std::numeric_limits<double>::max();
    for (std::size_t first = 0; first < repeats * _targets.size(); first += roundSize) {
        const auto targets = std::span(_targets).subspan(first % _targets.size(), roundSize);
        const auto began = Clock::now();
        for (const Hash256& target : targets)
            static_cast<void>(_index.closest({target}, out));
        fastest = std::min(fastest, nanosecondsSince(began) / static_cast<double>(roundSize));
    }
    for (const Hash256& target : _targets) {
        const auto began = Clock::now();
        static_cast<void>(_index.closest({target}, out));
        single.push_back(nanosecondsSince(began));
    }
    std::ranges::sort(single);
    _table.figure(what + ": mean", fastest, "ns");
    _table.figure(what + ": p99", single[single.size() * 99 / 100], "ns");
    return fastest;
}

double Run::linearScan() const
{
    const std::size_t scans = std::clamp<std::size_t>(10'000'000 / _peers, 3, 1000);
    std::vector<std::pair<std::array<std::uint64_t, 4>, std::size_t>> nearest;
    const auto began = Clock::now();
    for (std::size_t scan = 0; scan < scans; ++scan) {
        std::array<std::uint64_t, 4> target{};
        std::memcpy(target.data(), _targets[scan].data(), sizeof(target));
        nearest.clear();
        for (std::size_t i = 0; i < _ids.size(); ++i) {
            std::array<std::uint64_t, 4> distance{};
            std::memcpy(distance.data(), _ids[i].data(), sizeof(distance));
            for (std::size_t word = 0; word < distance.size(); ++word)
                distance[word] = __builtin_bswap64(distance[word] ^ target[word]);
            if (nearest.size() == k && nearest.front().first < distance)
                continue;
            if (nearest.size() == k) {
                std::ranges::pop_heap(nearest);
                nearest.pop_back();
            }
            nearest.emplace_back(distance, i);
            std::ranges::push_heap(nearest);
        }
    }
    return nanosecondsSince(began) / static_cast<double>(scans);
}

std::size_t Run::replaceNext(std::size_t first, std::size_t batch)
{
    static thread_local std::vector<PeerIndex::Update> updates;
    updates.clear();
    for (std::size_t i = 0; i < batch; ++i)
        updates.push_back(updateOf(_ids[(first + i) % _ids.size()], _port));
    _index.apply(updates);
    return (first + batch) % _ids.size();
}

void Run::replace(std::size_t batch, const std::string& what)
{
    constexpr std::size_t rounds = 5;
    const std::size_t upserts = std::min<std::size_t>(std::max<std::size_t>(_peers, 20'000), 200'000);
    double fastest = std::numeric_limits<double>::max();
    std::size_t next = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
        ++_port;
        const double began = processorNanoseconds();
        for (std::size_t done = 0; done < upserts; done += batch)
            next = replaceNext(next, batch);
        fastest = std::min(fastest, processorNanoseconds() - began);
    }
    _table.figure(what, static_cast<double>(upserts) / fastest * 1e9, perSecond);
}

void Run::queriesBesideWriter(std::size_t batch, const std::string& what)
{
    std::atomic<bool> isOver{false};
    std::size_t written = 0;
    double spent = 0;
    std::thread writer([&] {
        const double began = processorNanoseconds();
        for (std::size_t next = 0; !isOver.load(); written += batch)
            next = replaceNext(next, batch);
        spent = processorNanoseconds() - began;
    });
    queries("query beside " + what);
    isOver = true;
    writer.join();
    _table.figure(what + ", beside queries", static_cast<double>(written) / spent * 1e9, perSecond);
}

void index(Table& table)
{
    for (const bool areGround : {false, true})
        for (const std::size_t peers : {1'000U, 10'000U, 100'000U, 1'000'000U, 10'000'000U})
            Run(table, peers, areGround).all();
}

/// Of a peer in an index alone.
double indexBytes(std::size_t peers)
{
    Ids source(false);
    const double before = residentBytes();
    PeerIndex index;
    std::vector<PeerIndex::Update> updates;
    for (std::size_t i = 0; i < peers; ++i) {
        updates.push_back(updateOf(source.next(), 30303));
        if (updates.size() < batchSize && i + 1 < peers)
            continue;
        index.apply(updates);
        updates.clear();
    }
    return (residentBytes() - before) / static_cast<double>(peers);
}

/// Peers by their ids, and pages of them.
void finds(Table& table, registry::PeerRegistry& registry, std::size_t peers)
{
    constexpr std::size_t asked = 100'000;
    constexpr std::size_t pageSize = 100;
    Ids source(false);
    std::vector<node::PeerId> ids;
    for (std::size_t i = 0; i < peers; ++i) {
        const auto id = node::PeerId(updateOf(source.next(), 1).entry->key);
        if (i % std::max<std::size_t>(peers / asked, 1) == 0)
            ids.push_back(id);
    }
    std::shuffle(ids.begin(), ids.end(), std::mt19937_64(5));
    double began = processorNanoseconds();
    std::size_t found = 0;
    for (const node::PeerId& id : ids)
        found += registry.find(id) ? 1 : 0;
    if (found != ids.size())
        throw std::logic_error("the registry does not find its peers");
    table.figure("finding one", (processorNanoseconds() - began) / static_cast<double>(found), "ns");
    began = processorNanoseconds();
    std::optional<node::PeerId> after;
    std::size_t listed = 0;
    do {
        const auto page = registry.list(after, pageSize);
        listed += page.peers.size();
        after = page.next;
    } while (after);
    if (listed != peers)
        throw std::logic_error("the registry does not list its peers");
    table.figure("listing all by pages of 100",
                 (processorNanoseconds() - began) / static_cast<double>(listed), "ns a peer");
}

/// Claims, history and index together, as registry-memory has them.
void state(Table& table, std::size_t peers)
{
    table.heading("A registry in memory, " + std::to_string(peers) + " peers of one claim, without records");
    const double inIndex = indexBytes(peers);
    Ids source(false);
    const double before = residentBytes();
    registry::StoredRegistry::Options options;
    options.backend = "memory";
    registry::StoredRegistry registry(options);
    registry.open();
    double spent = 0;
    for (std::size_t first = 0; first < peers; first += batchSize) {
        registry::ChangeBatch batch;
        for (std::size_t i = 0; i < std::min(batchSize, peers - first); ++i) {
            const Hash256 id = source.next();
            const PeerIndex::Update peer = updateOf(id, 30303);
            batch.push_back(registry::PutClaim{
                {std::string(registry::apiOrigin), registry::Peer::at(peer.entry->key, *peer.entry->v4)}});
        }
        std::promise<bool> isDone;
        const auto began = Clock::now();
        registry.apply(std::move(batch),
                       [&isDone](const auto& result) { isDone.set_value(result.has_value()); });
        if (!isDone.get_future().get())
            throw std::runtime_error("the registry refused a batch");
        spent += nanosecondsSince(began);
    }
    const auto count = static_cast<double>(peers);
    table.figure("new peers, 256 at once, waiting for each", count / spent * 1e9, "upserts/s");
    const double resident = (residentBytes() - before) / count;
    table.figure("resident memory", resident, "bytes a peer");
    table.figure("of these in the index", inIndex, "bytes a peer");
    table.figure("so in claims and history", resident - inIndex, "bytes a peer");
    finds(table, registry, peers);
    registry.close(Clock::now());
}

void memory(Table& table)
{
    for (const std::size_t peers : {100'000U, 1'000'000U})
        state(table, peers);
}

const Registration registeredIndex("registry-index", index);
const Registration registeredMemory("registry-memory", memory);

} // namespace

} // namespace waymark::bench

#include <waymark/contract/RegistryFixtures.h>

#include <cppunit/TestAssert.h>

#include <chrono>
#include <future>
#include <mutex>
#include <unordered_map>

namespace waymark::contract
{

namespace
{

/// A completion that never comes is a failure, not a hang.
constexpr auto patience = std::chrono::minutes(1);

template <class Request>
Result<registry::ApplyReport> await(Request request)
{
    auto promise = std::make_shared<std::promise<Result<registry::ApplyReport>>>();
    auto future = promise->get_future();
    request([promise](Result<registry::ApplyReport> report) { promise->set_value(std::move(report)); });
    CPPUNIT_ASSERT_MESSAGE("no completion came", future.wait_for(patience) == std::future_status::ready);
    return future.get();
}

} // namespace

node::SecretKey testSecretKey(std::uint64_t number)
{
    const std::string seed = "waymark test key " + std::to_string(number);
    return node::SecretKey::fromBytes(node::keccak256(asBytes(seed))).value();
}

node::PublicKey testKey(std::uint64_t number)
{
    static std::mutex mutex;
    static std::unordered_map<std::uint64_t, node::PublicKey> keys;
    const std::lock_guard lock(mutex);
    const auto [place, fresh] = keys.try_emplace(number);
    if (fresh)
        place->second = testSecretKey(number).publicKey();
    return place->second;
}

node::PeerId testId(std::uint64_t number)
{
    return node::PeerId(testKey(number));
}

registry::Peer testPeer(std::uint64_t number)
{
    const auto part = [number](unsigned shift) {
        return std::to_string((number >> shift) & 0xffU);
    };
    return testPeerAt(number, "10." + part(16) + "." + part(8) + "." + part(0));
}

registry::Peer testPeerAt(std::uint64_t number, const std::string& ip, std::uint16_t port)
{
    return registry::Peer::at(testKey(number), {node::IpAddress::parse(ip).value(), port, port});
}

registry::Peer testPeerWithEnr(std::uint64_t number, std::uint64_t seq)
{
    registry::Peer peer = testPeer(number);
    peer.enr =
        node::EnrBuilder().seq(seq).endpoint(peer.endpoint().value()).sign(testSecretKey(number)).value();
    return peer;
}

registry::PutClaim put(const registry::Peer& peer, std::string origin)
{
    return {{std::move(origin), peer}};
}

registry::PutClaim putFor(Duration ttl, const registry::Peer& peer, std::string origin)
{
    return {{std::move(origin), peer, ttl}};
}

registry::RenewLease renew(std::uint64_t number, std::optional<Duration> ttl, std::string origin)
{
    return {testId(number), std::move(origin), ttl};
}

registry::RegistryPlan carryOut(registry::RegistryState& state,
                                const std::vector<registry::RegistryRequest>& requests)
{
    registry::RegistryPlan plan = state.plan(requests);
    state.commit(plan);
    return plan;
}

registry::Outcome outcomeOf(registry::RegistryState& state, registry::Change change)
{
    return carryOut(state, {registry::ChangeBatch{std::move(change)}})
        .reports.front()
        .value()
        .outcomes.front();
}

std::vector<std::string> originsOf(const registry::PeerRegistry& registry, const node::PeerId& id)
{
    std::vector<std::string> origins;
    for (const registry::ClaimState& claim : registry.claims(id))
        origins.push_back(claim.origin);
    return origins;
}

registry::DropClaim drop(std::uint64_t number, std::string origin)
{
    return {testId(number), std::move(origin)};
}

Result<registry::ApplyReport> apply(registry::PeerRegistry& registry, registry::ChangeBatch batch)
{
    return await(
        [&](registry::Completion completion) { registry.apply(std::move(batch), std::move(completion)); });
}

Result<registry::ApplyReport> sync(registry::PeerRegistry& registry, std::string origin,
                                   std::vector<registry::Peer> peers)
{
    return await([&](registry::Completion completion) {
        registry.sync(std::move(origin), std::move(peers), std::move(completion));
    });
}

registry::Outcome outcomeOf(registry::PeerRegistry& registry, registry::Change change)
{
    const auto report = apply(registry, {std::move(change)});
    CPPUNIT_ASSERT_MESSAGE(report ? "" : report.error().message, report.has_value());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, report->outcomes.size());
    return report->outcomes.front();
}

std::vector<registry::Peer> listAll(const registry::PeerRegistry& registry, std::size_t pageSize)
{
    std::vector<registry::Peer> peers;
    std::optional<node::PeerId> after;
    do {
        registry::PeerPage page = registry.list(after, pageSize);
        CPPUNIT_ASSERT(page.peers.size() <= pageSize);
        peers.insert(peers.end(), page.peers.begin(), page.peers.end());
        after = page.next;
    } while (after);
    return peers;
}

registry::Watch::Batch takeAll(registry::Watch& watch)
{
    registry::Watch::Batch all;
    for (;;) {
        registry::Watch::Batch some = watch.take(7);
        CPPUNIT_ASSERT(some.events.size() <= 7);
        all.resync = all.resync || some.resync;
        if (some.events.empty())
            return all;
        all.events.insert(all.events.end(), some.events.begin(), some.events.end());
    }
}

} // namespace waymark::contract

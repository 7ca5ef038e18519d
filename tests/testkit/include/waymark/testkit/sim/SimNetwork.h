#pragma once

#include <waymark/testkit/sim/Host.h>
#include <waymark/testkit/sim/Journey.h>
#include <waymark/testkit/sim/Nat.h>
#include <waymark/testkit/sim/NetworkCounts.h>
#include <waymark/testkit/sim/Simulation.h>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace waymark::testkit::sim
{

/// A network of thousands of hosts in one thread and in virtual time: what one sends reaches the other after
/// the links between them did what they are set to.
///
/// A datagram passes three links: what the sender's side does (Host::setOutgoing), the way between (setLink()
/// for a pair, else setLinks()), and what the receiver's side does (Host::setIncoming). A NAT lies between
/// its hosts and the first of them; hosts behind the same NAT reach each other's private addresses over no
/// link.
///
/// Hosts and NATs live as long as the network; transports end before it. One thread.
class SimNetwork final : private EventHandler
{
public:
    explicit SimNetwork(Simulation& simulation, const LinkSettings& links = {});
    ~SimNetwork() override;

    Simulation& simulation() noexcept { return _simulation; }

    /// std::invalid_argument for a host without address or with one that is taken.
    Host& addHost(HostSettings settings);
    /// A public host; the text of one address.
    Host& addHost(std::string_view address);
    Nat& addNat(const NatSettings& settings);
    Host& host(std::size_t number) { return *_hosts.at(number); }
    std::size_t hosts() const noexcept { return _hosts.size(); }

    /// A host has other addresses from now on, as after a change of network. Its sockets stay open when they
    /// are bound to any address; others hear nothing any more.
    void renumber(Host& host, std::vector<node::IpAddress> addresses);

    /// All links between hosts that setLink() does not name.
    void setLinks(const LinkSettings& settings) { _links = settings; }
    /// One direction, by public addresses: behind a NAT, that of the NAT.
    void setLink(const node::IpAddress& from, const node::IpAddress& to, const LinkSettings& settings);

    /// Cuts these hosts off from all others, not from each other. Hosts behind one NAT go together. What is
    /// under way across the cut is lost.
    void partition(std::span<Host* const> hosts);
    /// Everybody reaches everybody again.
    void heal();

    /// A datagram from nowhere: the source may be anybody's. It passes the way between and the receiver's
    /// side.
    void inject(const node::Endpoint& source, const node::Endpoint& destination, ByteView payload);

    /// Told of every datagram when its way is over.
    using Watcher = std::function<void(const Journey&)>;
    Subscription watch(Watcher watcher);

    NetworkCounts counts() const noexcept;

private:
    friend class Host;
    friend class SimTransport;
    using Address = node::IpAddress;
    /// Who is at an address: one of the two.
    struct Site
    {
        Host* host = nullptr;
        Nat* nat = nullptr;
    };
    struct Watching;

    void fire(std::uint64_t token) override;

    void settle(Host& host);
    void unsettle(const Host& host);
    /// A host sends; the fate when it does not even leave.
    std::optional<Fate> transmit(Host& from, const node::Endpoint& source, const node::Endpoint& destination,
                                 ByteView payload);
    void depart(Flight& flight, const node::Endpoint& source, const node::Endpoint& destination,
                ByteView payload);
    std::optional<Fate> leave(Host& from, Flight& flight);
    void goOut(Host& from, Flight& flight, Duration wait);
    void goTo(Flight& flight, Host& to, Duration wait);
    /// How long it waits for the sender's line; nothing when the buffer is full.
    std::optional<Duration> waitForLine(Host& from, std::size_t size);
    void cross(Flight& flight, Duration delay);
    void arrive(Flight& flight);
    tl::expected<Host*, Fate> receiverOf(Flight& flight);
    void handOver(Flight& flight, Host& to);

    struct Passed
    {
        std::optional<Fate> ended;
        Duration delay{0};
        std::optional<Duration> copyDelay; ///< of a second one
    };
    Passed pass(const LinkSettings& link, const Flight& flight);
    Duration distance(const LinkSettings& link, const Flight& flight) const noexcept;
    bool isCut(const Flight& flight) const noexcept;
    const Site* siteOf(const Address& address) const noexcept;
    const LinkSettings& linkBetween(const Address& from, const Address& to) const noexcept;

    Flight& take();
    Flight& copy(const Flight& flight);
    void schedule(Flight& flight, Duration delay);
    void end(Flight& flight, Fate fate, const Host* to = nullptr);

    Simulation& _simulation;
    SimRandom _random;
    LinkSettings _links;
    std::map<std::pair<Address, Address>, LinkSettings> _pairs;
    std::vector<std::unique_ptr<Nat>> _nats;
    std::unordered_map<Address, Site, node::IpAddressHash> _sites;
    std::vector<std::unique_ptr<Flight>> _flights;
    std::vector<Flight*> _idle;
    std::shared_ptr<Watching> _watching;
    NetworkCounts _counts;
    std::uint64_t _distances; ///< what they are drawn from
    std::uint64_t _numbers = 0;
    std::uint32_t _islands = 0;
    std::vector<std::unique_ptr<Host>> _hosts;
};

} // namespace waymark::testkit::sim

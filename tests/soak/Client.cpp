#include "Client.h"

#include "UdpClient.h"

#include <algorithm>
#include <utility>

namespace waymark::soak
{

namespace wire = discv4::wire;
using discv4::testing::UdpClient;

namespace
{

/// Clients are nodes of their own and must not be taken for the peers that they register.
constexpr std::uint64_t keysOfClients = 1ULL << 40U;
constexpr std::chrono::seconds deadline{5};
/// http-api.request-timeout, and some.
constexpr std::chrono::seconds longestRequest{12};
constexpr std::chrono::milliseconds udpPatience{500};
constexpr int created = 201, ok = 200, notFound = 404, tooMany = 429, serverErrors = 500, diskFailed = 500;

std::string idOf(const Account& account)
{
    return account.key.hex();
}

std::string textOf(const Account::State& state)
{
    return state ? state->udpEndpoint().toString() : "not registered";
}

std::string storyOf(const Account& account)
{
    std::string story = idOf(account);
    for (const std::string& line : account.history)
        story += "\n  - " + line;
    return story;
}

/// Where a node is, as NEIGHBORS tell.
Account::State placeOf(const node::PublicKey& key, const UdpClient::Packet& answer)
{
    const auto nodes = std::get<wire::Neighbors>(answer.message).nodes();
    const auto found = std::ranges::find(nodes, key, &wire::Neighbor::key);
    return found == nodes.end() ? Account::State() : found->endpoint;
}

bool isFull(const UdpClient::Packet& answer)
{
    return std::get<wire::Neighbors>(answer.message).size == wire::Neighbors::maximumSent;
}

Account::State stateIn(const testkit::RestAnswer& answer)
{
    const auto peer = answer.object();
    return node::NodeEndpoint{node::IpAddress::parse(peer->getValue<std::string>("ip")).value(),
                              peer->getValue<std::uint16_t>("udp_port"),
                              peer->getValue<std::uint16_t>("tcp_port")};
}

} // namespace

Client::Client(Places places, Ledger ledger, std::uint64_t seed, Findings& findings)
    : _places(std::move(places)),
      _ledger(std::move(ledger)),
      _key(keysOfClients + seed),
      _random(seed),
      _findings(findings)
{
}

void Client::run(const std::stop_token& stopping)
{
    while (!stopping.stop_requested()) {
        Account& account = _ledger[_random.below(_ledger.size())];
        if (account.restUntil < std::chrono::steady_clock::now())
            act(account);
    }
}

void Client::act(Account& account)
{
    constexpr std::uint64_t actions = 10, puts = 4, removes = 6, reads = 9;
    const std::uint64_t action = _random.below(actions);
    if (!account.isCertain(_places.lives) || (action >= removes && action < reads))
        read(account);
    else if (action < puts)
        put(account);
    else if (action < removes)
        remove(account);
    else
        ask(account);
}

/// What `account` may be after a request that was not carried out as far as we were told, and was sent in
/// that life.
void Client::refuse(Account& account, int status, Account::State wanted, std::uint64_t life)
{
    if (status == 0)
        doubt(account, std::move(wanted));
    else if (status == diskFailed)
        account.refused.push_back({std::move(wanted), life});
}

void Client::doubt(Account& account, Account::State wanted)
{
    account.unanswered = std::move(wanted);
    account.restUntil = std::chrono::steady_clock::now() + longestRequest;
}

void Client::ask(const Account& account)
{
    // A port of its own for each question: NEIGHBORS do not say what they answer, nor how many datagrams they
    // are.
    UdpClient udp(_key, node::IpAddress::v4(127, 0, 0, 1));
    udp.findNode(_places.udp, account.key);
    auto answer = udp.receive(wire::PacketType::neighbors, udpPatience);
    if (!answer && udp.bond(_places.udp, udpPatience)) {
        _findings.count("udp bonds");
        udp.findNode(_places.udp, account.key);
        answer = udp.receive(wire::PacketType::neighbors, udpPatience);
    }
    if (!answer) {
        _findings.count("udp findnode without answer");
        return;
    }
    _findings.count("udp findnode answered");
    // Those that do not answer come last, so it may be in the second of two datagrams.
    auto place = placeOf(account.key, *answer);
    if (!place && isFull(*answer)) {
        const auto second = udp.receive(wire::PacketType::neighbors, udpPatience);
        if (!second) {
            _findings.count("udp findnode with half an answer");
            return;
        }
        place = placeOf(account.key, *second);
    }
    compare(account, place);
}

void Client::compare(const Account& account, const Account::State& told)
{
    if (!account.isCertain(_places.lives)) // it has died meanwhile
        return;
    if (told.has_value() != account.acknowledged.has_value())
        _findings.violated((told ? "advertised after its removal: " : "registered and not advertised: ") +
                           storyOf(account));
    else if (told && *told != *account.acknowledged)
        _findings.violated("advertised at " + told->udpEndpoint().toString() + " instead of " +
                           textOf(account.acknowledged) + ": " + storyOf(account));
}

testkit::RestAnswer Client::send(const std::string& method, const std::string& path,
                                 const std::string& body) const
{
    return testkit::Rest(_places.url, deadline).send(method, path, body);
}

node::NodeEndpoint Client::somewhere()
{
    constexpr std::uint64_t lowest = 20'000, ports = 10'000;
    const auto port = static_cast<std::uint16_t>(lowest + _random.below(ports));
    return {node::IpAddress::v4(127, 1, static_cast<Byte>(_random.below(4)),
                                static_cast<Byte>(1 + _random.below(200))),
            port, port};
}

/// Whether a request was acknowledged.
bool Client::isDone(Account& account, const testkit::RestAnswer& answer, int expected,
                    const std::string& what, const std::string& wanted)
{
    account.note(_findings.stamped(what + ' ' + wanted + " -> " + std::to_string(answer.status) + ' ' +
                                   (answer.status == expected ? "" : answer.body)));
    _findings.count("http " + what + ' ' +
                    (answer.status == 0 ? "without answer" : std::to_string(answer.status)));
    const bool done = answer.status == expected;
    if (!done && answer.status != 0 && answer.status != tooMany && answer.status < serverErrors)
        _findings.violated(what + " was answered with " + std::to_string(answer.status) + ": " + answer.body);
    return done;
}

void Client::put(Account& account)
{
    const Account::State wanted = somewhere();
    const std::uint64_t life = _places.lives;
    const auto answer = send("POST", "/peers",
                             R"({"id": ")" + idOf(account) + R"(", "ip": ")" + wanted->ip.toString() +
                                 R"(", "tcp_port": )" + std::to_string(wanted->tcp) + "}");
    if (isDone(account, answer, created, "register", textOf(wanted)))
        account.settle(wanted);
    else
        refuse(account, answer.status, wanted, life);
}

void Client::remove(Account& account)
{
    const std::uint64_t life = _places.lives;
    const auto answer = send("DELETE", "/peers/" + idOf(account));
    if (answer.status == notFound) {
        _findings.count("http remove 404");
        account.note(_findings.stamped("remove -> 404"));
        if (!account.allows({}, _places.lives))
            _findings.violated("lost: acknowledged at " + textOf(account.acknowledged) +
                               ", not there when it was removed: " + storyOf(account));
        account.settle({});
        return;
    }
    if (isDone(account, answer, ok, "remove", ""))
        account.settle({});
    else
        refuse(account, answer.status, {}, life);
}

bool Client::read(Account& account)
{
    const auto answer = send("GET", "/peers/" + idOf(account));
    const bool absent = answer.status == notFound;
    _findings.count("http read " + (answer.status == 0 ? "without answer" : std::to_string(answer.status)));
    if (answer.status != ok && !absent)
        return false;
    const Account::State seen = absent ? Account::State() : stateIn(answer);
    account.note(_findings.stamped("read -> " + textOf(seen)));
    if (!account.allows(seen, _places.lives))
        _findings.violated("wrong: is " + textOf(seen) + ", acknowledged was " +
                           textOf(account.acknowledged) + ": " + storyOf(account));
    account.settle(seen);
    return true;
}

void Client::audit()
{
    for (Account& account : _ledger) {
        if (read(account))
            _findings.count("accounts audited");
        else
            _findings.violated("could not be read in good weather: " + storyOf(account));
    }
}

} // namespace waymark::soak

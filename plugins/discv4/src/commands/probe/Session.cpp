#include "commands/probe/Session.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace waymark::discv4::probe
{

namespace
{

constexpr int attempts = 3;
constexpr int questions = 3;
/// More than one answer has room for. Elsewhere nodes take few of one network.
constexpr std::size_t populationOnLoopback = 20;
constexpr std::size_t populationElsewhere = 3;

node::IpAddress anyOf(node::IpFamily family)
{
    return family == node::IpFamily::v4 ? node::IpAddress() : node::IpAddress::anyV6();
}

node::IpAddress sourceFor(const node::IpAddress& target)
{
    if (target.scope() != node::IpScope::loopback)
        return anyOf(target.family());
    return target.isV4() ? node::IpAddress::v4(127, 0, 0, 1) : target;
}

std::string inMilliseconds(Duration duration)
{
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) + " ms";
}

} // namespace

Session::Session(const wire::Neighbor& target, const SessionOptions& options, const Clock& clock, Wait wait)
    : _target(target),
      _options(options),
      _clock(clock),
      _wait(std::move(wait)),
      _from(sourceFor(target.endpoint.ip)),
      _second(options.secondAddress)
{
    // All of 127.0.0.0/8 is this machine.
    if (!_second && isOnLoopback() && target.endpoint.ip.isV4())
        _second = node::IpAddress::v4(127, 0, 0, 2);
    if (_second == target.endpoint.ip && !options.secondAddress)
        _second = node::IpAddress::v4(127, 0, 0, 3);
}

bool Session::isOnLoopback() const noexcept
{
    return _target.endpoint.ip.scope() == node::IpScope::loopback;
}

std::unique_ptr<Party> Session::open(node::SecretKey key, const node::IpAddress& from)
{
    auto party = Party::open(std::move(key), _target.endpoint.udpEndpoint(), from, _clock, _wait);
    if (!party)
        throw NoSocket(party.error().message);
    return *std::move(party);
}

std::unique_ptr<Party> Session::stranger()
{
    return open(freshKey(), _from);
}

Session::Twins Session::twins()
{
    const auto key = freshKey();
    const auto copy = [&] {
        return node::SecretKey::fromBytes(key.bytes()).value();
    };
    return {open(copy(), _from), open(copy(), _second.value())};
}

node::PublicKey Session::randomTarget()
{
    FixedBytes<node::PublicKey::size> bytes{};
    _random.fill(bytes);
    return node::PublicKey(bytes);
}

void Session::pace()
{
    while (_lastSent) {
        const Duration left = *_lastSent + _options.interval - _clock.now();
        if (left <= Duration::zero())
            break;
        if (!_wait(-1, left))
            throw Interrupted();
    }
    _lastSent = _clock.now();
}

std::vector<Heard> Session::listen(Party& party, Duration patience, const Party::Enough& enough)
{
    auto heard = party.hear(patience, enough);
    if (!_wait(-1, Duration::zero()))
        throw Interrupted();
    return heard;
}

std::optional<Heard> Session::ask(Party& party, const Make& make, const IsAnswer& isAnswer)
{
    return askAnybody(party, make, [&](const Heard& heard, const node::Hash256& hash) {
        return isOfTarget(heard) && isAnswer(heard, hash);
    });
}

std::optional<Heard> Session::askAnybody(Party& party, const Make& make, const IsAnswer& isAnswer)
{
    for (int i = 0; i < attempts; ++i) {
        pace();
        const auto hash = party.sendRaw(make());
        auto heard =
            listen(party, _options.timeout, [&](const auto& all) { return isAnswer(all.back(), hash); });
        if (!heard.empty() && isAnswer(heard.back(), hash))
            return std::move(heard.back());
    }
    return std::nullopt;
}

std::optional<Heard> Session::pongTo(Party& party, const Make& make)
{
    return ask(party, make, [](const Heard& heard, const node::Hash256& hash) {
        const auto* const pong = heard.as<wire::Pong>();
        return pong != nullptr && pong->pingHash == hash;
    });
}

Finding Session::mustAnswer(Party& party, const Make& make)
{
    const auto pong = pongTo(party, make);
    if (pong)
        return pass("answered with " + pong->toString());
    return fail("no PONG within " + inMilliseconds(_options.timeout) + ", three times");
}

Finding Session::mustBeSilent(Party& party, const Make& make, const Tolerates& tolerates)
{
    const std::size_t before = party.packetsSent();
    for (int i = 0; i < 2; ++i) {
        pace();
        party.sendRaw(make());
    }
    const auto isFault = [&](const Heard& heard) {
        const auto* const pong = heard.as<wire::Pong>();
        const bool isLate = pong != nullptr && party.answersOneOf(*pong, before);
        return !isLate && (!tolerates || !tolerates(heard));
    };
    const auto heard = listen(party, _options.silence, [&](const auto& all) { return isFault(all.back()); });
    if (!heard.empty() && isFault(heard.back()))
        return fail("answered with " + heard.back().toString());
    if (!isAlive())
        return fail("the node answers nobody any more");
    return pass("silent for " + inMilliseconds(_options.silence));
}

bool Session::isAlive()
{
    return pongTo(*_control, [this] { return _control->packetOf(_control->goodPing()); }).has_value();
}

std::optional<Session::Pinged> Session::pingedBack()
{
    for (int i = 0; i < attempts; ++i) {
        auto party = stranger();
        pace();
        party->send(party->goodPing());
        const auto heard = listen(*party, _options.timeout, [](const auto& all) {
            return count<wire::Ping>(all) > 0 && count<wire::Pong>(all) > 0;
        });
        for (const Heard& each : heard)
            if (each.as<wire::Ping>() != nullptr && isOfTarget(each))
                return Pinged{std::move(party), *each.hash};
    }
    return std::nullopt;
}

Session::Bond Session::bond(Party& party)
{
    party.answerPings();
    Bond bond;
    for (int i = 0; i < attempts && !bond.ponged; ++i) {
        pace();
        const auto hash = party.send(party.goodPing());
        const auto look = [&](const std::vector<Heard>& all) {
            const auto* const pong = all.back().as<wire::Pong>();
            bond.ponged =
                bond.ponged || (pong != nullptr && isOfTarget(all.back()) && pong->pingHash == hash);
            bond.pinged = bond.pinged || all.back().as<wire::Ping>() != nullptr;
            return bond.ponged;
        };
        listen(party, _options.timeout, look);
        if (bond.ponged && !bond.pinged)
            listen(party, _options.silence, [&](const auto& all) { return look(all) && bond.pinged; });
    }
    return bond;
}

std::unique_ptr<Party> Session::bonded()
{
    auto party = stranger();
    if (!bond(*party).ponged)
        return nullptr;
    return party;
}

std::size_t Session::populate()
{
    const std::size_t wanted = isOnLoopback() ? populationOnLoopback : populationElsewhere;
    while (_population.size() < wanted) {
        auto party = stranger();
        if (!bond(*party).pinged)
            break;
        _population.push_back(std::move(party));
    }
    return _population.size();
}

Result<void> Session::begin()
{
    _control = stranger();
    _control->answerPings();
    const auto make = [&] {
        return _control->packetOf(_control->goodPing());
    };
    std::optional<node::PublicKey> other;
    auto pong = askAnybody(*_control, make, [&](const Heard& heard, const node::Hash256&) {
        if (heard.as<wire::Pong>() == nullptr)
            return false;
        if (!isOfTarget(heard))
            other = heard.sender;
        return isOfTarget(heard);
    });
    _firstPings = _control->packetsSent();
    const std::string where = _target.endpoint.udpEndpoint().toString();
    if (!pong && other)
        return failure(ErrorCode::unavailable, "another node answers at " + where + ", with the id " +
                                                   other->hex() +
                                                   "; check the id, or whether the node got a new key");
    if (!pong)
        return failure(ErrorCode::unavailable,
                       "no PONG from " + where + " within " + inMilliseconds(_options.timeout) +
                           ", three times; check address and UDP port, whether a firewall is in between, and "
                           "whether the node runs; --timeout waits longer");
    _firstPong = std::move(pong);
    if (!_control->hasAnsweredPings())
        bond(*_control);
    return {};
}

Session::Answer Session::gather()
{
    Answer answer;
    for (int i = 0; i < attempts && answer.packets.empty(); ++i) {
        const auto party = bonded();
        if (!party)
            break;
        pace();
        party->send(wire::FindNode{randomTarget(), party->soon()});
        const auto isAnswer = [&](const Heard& heard) {
            return heard.is(wire::PacketType::neighbors) && (!heard.sender || isOfTarget(heard));
        };
        auto heard = listen(*party, _options.timeout, [&](const auto& all) { return isAnswer(all.back()); });
        // How many packets there are to be is only known when no more come.
        std::ranges::move(listen(*party, _options.silence), std::back_inserter(heard));
        for (Heard& each : heard) {
            if (!isAnswer(each))
                continue;
            if (const auto* const neighbors = each.as<wire::Neighbors>())
                answer.nodes.insert(answer.nodes.end(), neighbors->nodes().begin(), neighbors->nodes().end());
            answer.packets.push_back(std::move(each));
        }
    }
    return answer;
}

const std::vector<Session::Answer>& Session::neighbors()
{
    if (_neighbors)
        return *_neighbors;
    std::vector<Answer> answers;
    populate();
    for (int i = 0; i < questions; ++i)
        if (Answer answer = gather(); !answer.packets.empty())
            answers.push_back(std::move(answer));
    _neighbors = std::move(answers);
    return *_neighbors;
}

const std::optional<Session::RecordAnswer>& Session::record()
{
    if (std::exchange(_askedRecord, true))
        return _record;
    const auto party = bonded();
    if (!party)
        return _record;
    const std::size_t before = party->packetsSent();
    auto response = ask(
        *party, [&] { return party->packetOf(wire::EnrRequest{party->soon()}); },
        [](const Heard& heard, const auto&) { return heard.as<wire::EnrResponse>() != nullptr; });
    if (response)
        _record = RecordAnswer{*std::move(response), party->sentSince(before)};
    return _record;
}

} // namespace waymark::discv4::probe

#include "host/identity/HostLocalNode.h"

#include "base/Text.h"

#include <waymark/base/AtomicFile.h>
#include <waymark/node/Enode.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace waymark::host
{

namespace
{

/// Root name servers: addresses that lie in the open internet and stay. Nothing is sent to them.
constexpr const char* farV4 = "198.41.0.4";
constexpr const char* farV6 = "2001:503:ba3e::2:30";
constexpr std::uint16_t farPort = 53;

template <class Address>
const sockaddr* generic(const Address& address) noexcept
{
    return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

template <class Address, class Field>
std::optional<node::IpAddress> sourceTo(Address far, Field field) noexcept
{
    const int descriptor = ::socket(generic(far)->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return std::nullopt;
    Address near{};
    socklen_t length = sizeof near;
    auto* const out = static_cast<sockaddr*>(static_cast<void*>(&near));
    const bool known =
        ::connect(descriptor, generic(far), sizeof far) == 0 && ::getsockname(descriptor, out, &length) == 0;
    ::close(descriptor);
    if (!known)
        return std::nullopt;
    const auto& bytes = near.*field;
    const auto address = node::IpAddress::fromBytes(
        {static_cast<const Byte*>(static_cast<const void*>(&bytes)), sizeof bytes});
    return address ? std::optional(*address) : std::nullopt;
}

/// The same entries, whatever the seq and the signature.
bool sameContent(const node::Enr& left, const node::Enr& right) noexcept
{
    return left.key() == right.key() && left.entries() == right.entries();
}

} // namespace

node::IpAddress sourceAddress(node::IpFamily family) noexcept
{
    std::optional<node::IpAddress> found;
    if (family == node::IpFamily::v4) {
        sockaddr_in far{};
        far.sin_family = AF_INET;
        far.sin_port = htons(farPort);
        ::inet_pton(AF_INET, farV4, &far.sin_addr);
        found = sourceTo(far, &sockaddr_in::sin_addr);
        return found.value_or(node::IpAddress::v4(127, 0, 0, 1));
    }
    sockaddr_in6 far{};
    far.sin6_family = AF_INET6;
    far.sin6_port = htons(farPort);
    ::inet_pton(AF_INET6, farV6, &far.sin6_addr);
    found = sourceTo(far, &sockaddr_in6::sin6_addr);
    return found.value_or(node::IpAddress::parse("::1").value());
}

HostLocalNode::HostLocalNode(node::SecretKey key, NodeSettings settings, std::filesystem::path recordFile,
                             const Clock& clock, observe::Log log, FileSystem& files)
    : _secret(std::move(key)),
      _publicKey(_secret.publicKey()),
      _nodeId(_publicKey.nodeId()),
      _recordFile(std::move(recordFile)),
      _files(files),
      _clock(clock),
      _log(std::move(log)),
      _settings(std::move(settings))
{
}

Result<std::unique_ptr<HostLocalNode>> HostLocalNode::make(node::SecretKey key, NodeSettings settings,
                                                           std::filesystem::path recordFile,
                                                           const Clock& clock, observe::Log log,
                                                           FileSystem& files)
{
    std::unique_ptr<HostLocalNode> node(new HostLocalNode(
        std::move(key), std::move(settings), std::move(recordFile), clock, std::move(log), files));
    if (auto made = node->initialise(); !made)
        return failure(made.error());
    return node;
}

Result<void> HostLocalNode::initialise()
{
    std::uint64_t seq = _clock.unixMilliseconds();
    auto fresh = build(seq, _settings);
    if (!fresh)
        return failure(fresh.error());
    if (auto fits = check(_settings); !fits)
        return fits;
    _record = std::make_shared<const node::Enr>(std::move(*fresh));
    if (_recordFile.empty())
        return {};
    constexpr std::size_t maximumText = 1024;
    const auto text = readSmallFile(_recordFile, maximumText, _files);
    if (!text && text.error().code == ErrorCode::notFound)
        return {};
    const auto kept =
        text ? node::Enr::parse(text::trimmed(*text)) : Result<node::Enr>(failure(text.error()));
    if (!kept)
        _log.warning("node.record_lost", {{"file", _recordFile.string()}, {"reason", kept.error().message}},
                     "the record's seq starts anew");
    else if (kept->key() == _publicKey)
        restore(*kept);
    return {};
}

void HostLocalNode::restore(const node::Enr& kept)
{
    _record = std::make_shared<const node::Enr>(kept); // until a socket is bound it stays as it was
    for (const auto& endpoint : {kept.endpointV4(), kept.endpointV6()}) {
        if (!endpoint)
            continue;
        _expected.emplace(endpoint->ip.family(), *endpoint);
        _last.emplace(endpoint->ip.family(), endpoint->ip);
    }
}

void HostLocalNode::settle()
{
    const std::lock_guard update(_update);
    warnOfUnroutable();
    {
        const std::lock_guard lock(_mutex);
        if (_expected.empty() || _bound.empty())
            return; // without any socket the last record stays what it was
        _expected.clear();
    }
    refresh();
}

/// Whether node.external-ip says, or may yet say, what the address of a family is.
bool HostLocalNode::isNamed(node::IpFamily family) const
{
    return std::ranges::any_of(_settings.external, [family](const ExternalAddress& source) {
        return source.kind != ExternalAddress::Kind::address || source.ip.family() == family;
    });
}

void HostLocalNode::warnOfUnroutable() const
{
    std::vector<std::string> addresses;
    {
        const std::lock_guard lock(_mutex);
        for (const auto& [family, ip] : _unroutable)
            if (!isNamed(family))
                addresses.push_back(ip.toString());
    }
    if (addresses.empty())
        return;
    const std::string shown = text::joined(addresses, ",");
    _log.warning(
        "node.unroutable", {{"address", shown}},
        "this node advertises " + shown +
            ", found by itself, which nodes on the internet cannot reach; set node.external-ip to the "
            "address that others reach it at, also when it is meant for a private network, or to predicted "
            "to "
            "believe what others see");
}

void HostLocalNode::bound(const node::Endpoint& udp)
{
    const std::lock_guard update(_update);
    const node::IpFamily family = udp.ip.family();
    {
        const std::lock_guard lock(_mutex);
        const node::Endpoint derived{udp.ip.isUnspecified() ? sourceAddress(family) : udp.ip, udp.port};
        _bound[family] = derived;
        if (udp.ip.scope() != node::IpScope::loopback && derived.ip.scope() != node::IpScope::global)
            _unroutable[family] = derived.ip;
        else
            _unroutable.erase(family);
    }
    refresh();
    tellIdentity(family);
}

void HostLocalNode::tellIdentity(node::IpFamily family) const
{
    const auto shown = advertised(family);
    if (!shown)
        return;
    _log.info("node.identity", {{"enode", node::Enode::advertised(_publicKey, *shown).toString()},
                                {"enr", record()->toString()}});
}

void HostLocalNode::found(const ExternalAddress& source, const std::vector<node::IpAddress>& addresses)
{
    const std::lock_guard update(_update);
    {
        const std::lock_guard lock(_mutex);
        Addresses& known = _found[source];
        for (const node::IpFamily family : {node::IpFamily::v4, node::IpFamily::v6}) {
            const auto present = known.find(family);
            if (present != known.end() && std::ranges::find(addresses, present->second) != addresses.end())
                continue;
            const auto first = std::ranges::find(addresses, family, &node::IpAddress::family);
            known.erase(family);
            if (first != addresses.end())
                known.emplace(family, *first);
        }
    }
    if (refresh())
        tellIdentity(addresses.front().family());
}

void HostLocalNode::observed(const node::IpAddress& ip, std::size_t hosts)
{
    const std::lock_guard update(_update);
    {
        const std::lock_guard lock(_mutex);
        if (hosts < _settings.predictionVotes || ip.scope() == node::IpScope::special)
            return;
        const ExternalAddress majority{ExternalAddress::Kind::predicted};
        if (std::ranges::find(_settings.external, majority) == _settings.external.end())
            return;
        _found[majority].insert_or_assign(ip.family(), ip);
    }
    if (refresh())
        tellIdentity(ip.family());
}

std::optional<node::IpAddress> HostLocalNode::external(node::IpFamily family,
                                                       const NodeSettings& settings) const
{
    const auto last = _last.find(family);
    bool doesLastHold = false;
    for (const ExternalAddress& source : settings.external) {
        if (source.kind == ExternalAddress::Kind::address) {
            if (source.ip.family() == family)
                return source.ip;
            continue;
        }
        const auto known = _found.find(source);
        const bool isPrediction = source.kind == ExternalAddress::Kind::predicted;
        if (known == _found.end() || (isPrediction && !known->second.contains(family)))
            // Until others say what they see, a local address is better found anew.
            doesLastHold |=
                last != _last.end() && (!isPrediction || last->second.scope() == node::IpScope::global);
        else if (const auto address = known->second.find(family); address != known->second.end())
            return address->second;
    }
    return doesLastHold ? std::optional(last->second) : std::nullopt;
}

std::optional<node::NodeEndpoint> HostLocalNode::endpoint(node::IpFamily family,
                                                          const NodeSettings& settings) const
{
    const auto bound = _bound.find(family);
    if (bound == _bound.end())
        return std::nullopt;
    return node::NodeEndpoint{external(family, settings).value_or(bound->second.ip),
                              settings.udpPort.value_or(bound->second.port), settings.tcpPort};
}

std::optional<node::NodeEndpoint> HostLocalNode::advertised(node::IpFamily family) const
{
    const std::lock_guard lock(_mutex);
    return endpoint(family, _settings);
}

std::optional<node::NodeEndpoint> HostLocalNode::advertised() const
{
    const auto v4 = advertised(node::IpFamily::v4);
    return v4 ? v4 : advertised(node::IpFamily::v6);
}

std::shared_ptr<const node::Enr> HostLocalNode::record() const
{
    const std::lock_guard lock(_mutex);
    return _record;
}

Result<node::Enr> HostLocalNode::build(std::uint64_t seq, const NodeSettings& settings) const
{
    node::EnrBuilder builder;
    builder.seq(seq);
    for (const auto& [name, item] : settings.entries)
        builder.entry(name, item);
    for (const node::IpFamily family : {node::IpFamily::v4, node::IpFamily::v6})
        if (const auto where = endpoint(family, settings))
            builder.endpoint(*where);
        else if (const auto expected = _expected.find(family); expected != _expected.end())
            builder.endpoint(expected->second);
    return builder.sign(_secret);
}

Result<void> HostLocalNode::check(const NodeSettings& settings) const
{
    // With both families and every port the record is as large as it may ever get.
    node::EnrBuilder builder;
    builder.seq(_clock.unixMilliseconds());
    for (const auto& [name, item] : settings.entries)
        builder.entry(name, item);
    constexpr std::uint16_t anyPort = 65535;
    builder.endpoint({node::IpAddress::v4(1, 1, 1, 1), anyPort, anyPort});
    builder.endpoint({node::IpAddress::anyV6(), anyPort, anyPort});
    if (const auto record = builder.sign(_secret); !record)
        return failure(record.error().in("node.enr"));
    return {};
}

void HostLocalNode::apply(NodeSettings settings)
{
    const std::lock_guard update(_update);
    const std::array before{advertised(node::IpFamily::v4), advertised(node::IpFamily::v6)};
    {
        const std::lock_guard lock(_mutex);
        for (const node::IpFamily family : {node::IpFamily::v4, node::IpFamily::v6})
            if (const auto present = endpoint(family, _settings))
                _last.insert_or_assign(family, present->ip);
        _settings = std::move(settings);
        std::erase_if(_found, [this](const auto& known) {
            return std::ranges::find(_settings.external, known.first) == _settings.external.end();
        });
    }
    refresh();
    if (advertised(node::IpFamily::v4) != before[0])
        tellIdentity(node::IpFamily::v4);
    if (advertised(node::IpFamily::v6) != before[1])
        tellIdentity(node::IpFamily::v6);
}

bool HostLocalNode::refresh()
{
    std::shared_ptr<const node::Enr> made;
    {
        const std::lock_guard lock(_mutex);
        const std::uint64_t seq = std::max(_record->seq() + 1, _clock.unixMilliseconds());
        auto built = build(seq, _settings);
        if (!built) {
            _log.error("node.record_failed", {{"reason", built.error().message}});
            return false;
        }
        if (sameContent(*built, *_record))
            return false;
        made = std::make_shared<const node::Enr>(std::move(*built));
        _record = made;
    }
    store(*made);
    _changed.emit(made);
    return true;
}

void HostLocalNode::store(const node::Enr& record) const
{
    if (_recordFile.empty())
        return;
    if (const auto written = writeFileAtomically(_recordFile, record.toString() + '\n', _files); !written)
        _log.warning("node.record_not_kept", {{"reason", written.error().message}},
                     "after a restart the record's seq starts anew");
}

} // namespace waymark::host

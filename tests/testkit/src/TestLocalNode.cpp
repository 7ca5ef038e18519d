#include <waymark/testkit/TestLocalNode.h>

#include <utility>

namespace waymark::testkit
{

TestLocalNode::TestLocalNode(node::SecretKey key, const node::NodeEndpoint& endpoint)
    : _key(std::move(key)), _publicKey(_key.publicKey()), _nodeId(_publicKey.nodeId()), _endpoint(endpoint)
{
    makeRecord();
}

void TestLocalNode::makeRecord()
{
    node::EnrBuilder builder;
    builder.seq(++_seq).endpoint(_endpoint);
    if (_second)
        builder.endpoint(*_second);
    _record = std::make_shared<const node::Enr>(builder.sign(_key).value());
}

void TestLocalNode::alsoAt(const node::NodeEndpoint& endpoint)
{
    {
        const std::lock_guard lock(_mutex);
        _second = endpoint;
    }
    renewRecord();
}

void TestLocalNode::bound(const node::Endpoint& udp)
{
    {
        const std::lock_guard lock(_mutex);
        if (_endpoint.udpEndpoint() == udp)
            return;
        _endpoint = {udp.ip, udp.port, _endpoint.tcp};
    }
    renewRecord();
}

std::optional<node::NodeEndpoint> TestLocalNode::advertised(node::IpFamily family) const
{
    const std::lock_guard lock(_mutex);
    if (_endpoint.ip.family() == family)
        return _endpoint;
    return _second && _second->ip.family() == family ? _second : std::nullopt;
}

std::optional<node::NodeEndpoint> TestLocalNode::advertised() const
{
    const std::lock_guard lock(_mutex);
    return _endpoint;
}

void TestLocalNode::observed(const node::IpAddress& ip, std::size_t hosts)
{
    const std::lock_guard lock(_mutex);
    _observed.insert_or_assign(ip.family(), Observed{ip, hosts});
}

std::optional<TestLocalNode::Observed> TestLocalNode::lastObserved(node::IpFamily family) const
{
    const std::lock_guard lock(_mutex);
    const auto found = _observed.find(family);
    return found == _observed.end() ? std::nullopt : std::optional(found->second);
}

std::shared_ptr<const node::Enr> TestLocalNode::record() const
{
    const std::lock_guard lock(_mutex);
    return _record;
}

void TestLocalNode::renewRecord()
{
    {
        const std::lock_guard lock(_mutex);
        makeRecord();
    }
    _changed.emit(record());
}

} // namespace waymark::testkit

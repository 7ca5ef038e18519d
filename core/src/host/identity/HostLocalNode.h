#pragma once

#include "host/identity/NodeSettings.h"

#include <waymark/base/Clock.h>
#include <waymark/base/FileSystem.h>
#include <waymark/node/LocalNode.h>
#include <waymark/observe/Log.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <vector>

namespace waymark::host
{

/// The address that the system would send from to the open internet, or loopback when it has no route there.
/// No packet leaves.
node::IpAddress sourceAddress(node::IpFamily family) noexcept;

/// The identity of one host.
///
/// The record last advertised is kept in a file, so that its seq goes on growing over restarts and stays as
/// it is when nothing changed. A seq starts at the milliseconds since 1970: a node whose file was lost is
/// still newer than what others remember of it.
class HostLocalNode final : public node::LocalNode
{
public:
    /// Checks the key's record under these settings: tooLarge when node.enr.* make it too big,
    /// invalidArgument. An empty `recordFile` keeps nothing.
    static Result<std::unique_ptr<HostLocalNode>> make(node::SecretKey key, NodeSettings settings,
                                                       std::filesystem::path recordFile, const Clock& clock,
                                                       observe::Log log, FileSystem& files = systemFiles());

    const node::PublicKey& key() const noexcept override { return _publicKey; }
    const node::Hash256& nodeId() const noexcept override { return _nodeId; }
    node::RecoverableSignature sign(const node::Hash256& digest) const override
    {
        return _secret.sign(digest);
    }
    node::RecoverableSignature signSalted(const node::Hash256& digest,
                                          const node::Hash256& salt) const override
    {
        return _secret.signSalted(digest, salt);
    }
    void bound(const node::Endpoint& udp) override;
    /// Holds where node.external-ip has `predicted`, once node.prediction-votes hosts say so; another
    /// majority takes its place, the lack of one does not.
    void observed(const node::IpAddress& ip, std::size_t hosts) override;
    std::optional<node::NodeEndpoint> advertised(node::IpFamily family) const override;
    std::optional<node::NodeEndpoint> advertised() const override;
    std::shared_ptr<const node::Enr> record() const override;
    Signal<std::shared_ptr<const node::Enr>>& recordChanged() override { return _changed; }

    /// Told by the host once every plugin has started; warns of what the internet cannot reach. Until then an
    /// endpoint of the record of the last run is kept in a family that no socket is bound in yet: two sockets
    /// that are bound one after the other change nothing.
    void settle();

    /// What an interface or a name of node.external-ip has now, best first, never empty. Of several addresses
    /// of a family the present one stays.
    void found(const ExternalAddress& source, const std::vector<node::IpAddress>& addresses);

    /// Whether a record could be made under other settings; for a reload, before apply().
    Result<void> check(const NodeSettings& settings) const;
    /// Takes other settings over that passed check().
    void apply(NodeSettings settings);

private:
    HostLocalNode(node::SecretKey key, NodeSettings settings, std::filesystem::path recordFile,
                  const Clock& clock, observe::Log log, FileSystem& files);
    std::optional<node::NodeEndpoint> endpoint(node::IpFamily family, const NodeSettings& settings) const;
    std::optional<node::IpAddress> external(node::IpFamily family, const NodeSettings& settings) const;
    bool isNamed(node::IpFamily family) const;
    void tellIdentity(node::IpFamily family) const;
    Result<node::Enr> build(std::uint64_t seq, const NodeSettings& settings) const;
    Result<void> initialise();
    void restore(const node::Enr& kept);
    /// Makes a new record when the present one says something else, which it returns. Under _update.
    bool refresh();
    void store(const node::Enr& record) const;
    /// One line on addresses that nobody configured and that lead nowhere from the open internet.
    void warnOfUnroutable() const;

    node::SecretKey _secret;
    node::PublicKey _publicKey;
    node::Hash256 _nodeId;
    std::filesystem::path _recordFile;
    FileSystem& _files;
    const Clock& _clock;
    observe::Log _log;

    std::mutex _update; ///< one change after the other, signals included; taken before _mutex
    mutable std::mutex _mutex;
    NodeSettings _settings;
    std::map<node::IpFamily, node::Endpoint>
        _bound; ///< with the address that is advertised without node.external-ip
    std::map<node::IpFamily, node::IpAddress>
        _unroutable; ///< of _bound: not global though others are listened to
    std::map<node::IpFamily, node::NodeEndpoint> _expected; ///< of the last run's record, until settle()
    using Addresses = std::map<node::IpFamily, node::IpAddress>;
    std::map<ExternalAddress, Addresses>
        _found;      ///< of interfaces, names and the majority, once they are known
    Addresses _last; ///< what holds until then: that of the last run, or of before a reload
    std::shared_ptr<const node::Enr> _record;
    Signal<std::shared_ptr<const node::Enr>> _changed;
};

} // namespace waymark::host

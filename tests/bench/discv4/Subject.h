#pragma once

#include "discv4/Counters.h"
#include "discv4/Processor.h"

#include <waymark/base/Clock.h>
#include <waymark/node/Enode.h>
#include <waymark/testkit/Daemon.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waymark::bench
{

/// The daemon that is measured: the released program with its default protections, on processors of its own.
class Subject
{
public:
    /// Ready when it returns. `port` of 127.0.0.1; 0: a free one.
    Subject(unsigned workers, std::uint16_t port, const std::vector<int>& processors,
            const testkit::Properties& more = {});

    /// Registers so many peers over HTTP, at addresses of loopback with this port. Throws std::runtime_error
    /// when one is refused.
    void enroll(std::size_t peers, std::uint16_t port);

    const node::Endpoint& endpoint() const noexcept { return _endpoint; }
    const node::PublicKey& key() const noexcept { return _key; }
    /// From the start of the process until it said that it is ready.
    Duration startTime() const noexcept { return _startTime; }

    /// For how long it was on a processor so far, or waited for one.
    ProcessTime time() const;
    std::size_t memory() const;
    /// What its metrics say now.
    Counters counters() const;
    /// Waits until it has no more to do than when it idles; false when it does not come to rest.
    bool settle() const;

private:
    testkit::TemporaryFolder _folder;
    std::optional<testkit::Daemon> _daemon;
    pid_t _process = 0;
    Duration _startTime{};
    node::Endpoint _endpoint;
    node::PublicKey _key;
};

} // namespace waymark::bench

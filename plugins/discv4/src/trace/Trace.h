#pragma once

#include "trace/Record.h"
#include "trace/TraceFile.h"
#include "wire/Drop.h"

#include <waymark/base/Worker.h>
#include <waymark/net/UdpTransport.h>
#include <waymark/observe/Health.h>
#include <waymark/observe/Log.h>
#include <waymark/observe/Metrics.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace waymark::discv4::trace
{

/// Keeps copies of what goes in and out in capture files, on a thread of its own: no packet waits for the
/// disk. What comes faster than it can be written is lost and counted. A disk that takes no more ends the
/// trace, and nothing else.
class Trace
{
public:
    /// How many datagrams wait for the disk at most.
    static constexpr std::size_t capacity = 4'096;

    Trace(const Clock& clock, observe::MetricRegistry& metrics, observe::Log log,
          FileSystem& files = systemFiles());
    ~Trace() { set(std::nullopt); }
    Trace(const Trace&) = delete;
    Trace& operator=(const Trace&) = delete;

    /// A socket's own end, for datagrams that do not tell theirs; one of each family. Call before packets
    /// come.
    void bound(const node::Endpoint& endpoint);

    /// Begins, ends, or goes on in another file; what came before is written first. Failures are logged.
    /// One thread at a time.
    void set(const std::optional<TraceOptions>& options) noexcept;
    const std::optional<TraceOptions>& options() const noexcept { return _options; }

    /// Any thread.
    bool isOn() const noexcept { return _isOn.load(std::memory_order_relaxed); }

    /// Degraded while it waits for a disk that hangs. Any thread.
    observe::Health health() const;

    /// Takes down a datagram that came at `time` and what became of it. Any thread.
    void received(const net::Datagram& datagram, WallTime time, std::optional<wire::Drop> dropped) noexcept;
    /// Takes down one that leaves now. Any thread.
    void sent(const net::Datagram& datagram) noexcept;

    /// One that leaves now, for keep(). Any thread.
    Record outbound(const net::Datagram& datagram) const;
    void keep(Record record) noexcept;
    /// Something could not be taken down. Any thread.
    void lose() noexcept;

    WallTime now() const noexcept { return _clock.wallNow(); }

private:
    node::Endpoint ownEnd(const net::Datagram& datagram) const noexcept;
    void run(const std::stop_token& stopping);
    Result<void> write(TraceFile& file, std::span<const Record> records);
    Result<void> writeAll(const std::stop_token& stopping);
    void take(std::vector<Record>& taken, const std::stop_token& stopping);
    void give(std::string_view reason) noexcept;

    const Clock& _clock;
    observe::Log _log;
    FileSystem& _files;
    observe::Counter _written;
    observe::Counter _lost;
    std::array<std::optional<node::Endpoint>, 2> _bound; ///< by family
    std::optional<TraceOptions> _options;
    std::atomic<bool> _isOn{false};

    std::mutex _mutex;
    std::condition_variable_any _filled;
    std::vector<Record> _waiting;
    std::uint64_t _lostBefore = 0; ///< since the last one that waits
    Worker _thread;
};

} // namespace waymark::discv4::trace

#include "trace/Trace.h"

#include "trace/Pcapng.h"
#include "wire/Frame.h"

#include <exception>
#include <utility>

namespace waymark::discv4::trace
{

namespace
{

constexpr const char* threadName = "discv4-trace";
constexpr Duration longestSilence = std::chrono::seconds(2);
constexpr Duration longestWrite = std::chrono::seconds(10);

std::size_t position(const node::IpAddress& ip) noexcept
{
    return ip.isV4() ? 0 : 1;
}

/// What the datagram claims to be, without a look at whether that holds.
std::string typeOf(ByteView payload)
{
    if (payload.size() < wire::minimumPacket)
        return {};
    const Byte type = payload[wire::headSize];
    if (type < 1 || type > wire::packetTypeCount)
        return {};
    return std::string(toString(static_cast<wire::PacketType>(type)));
}

std::string commentOn(ByteView payload, std::optional<wire::Drop> dropped)
{
    if (!dropped)
        return typeOf(payload);
    const bool isForeign = *dropped <= wire::Drop::unknownType;
    const std::string type = isForeign ? std::string() : typeOf(payload);
    return type + (type.empty() ? "" : ", ") + "dropped: " + std::string(toString(*dropped));
}

} // namespace

Trace::Trace(const Clock& clock, observe::MetricRegistry& metrics, observe::Log log, FileSystem& files)
    : _clock(clock), _log(std::move(log)), _files(files)
{
    const auto counter = [&](const char* result) {
        return metrics.counter(
            "waymark_discv4_trace_datagrams_total",
            "Datagrams of the wire capture that were written, or lost for want of time or room",
            {{"result", result}});
    };
    _written = counter("written");
    _lost = counter("lost");
}

void Trace::bound(const node::Endpoint& endpoint)
{
    _bound[position(endpoint.ip)] = endpoint;
}

void Trace::set(const std::optional<TraceOptions>& options) noexcept
{
    try {
        _isOn = false;
        _thread.stop();
        _options = options;
        if (!options)
            return;
        _waiting.reserve(capacity);
        _isOn = true;
        _thread.start(threadName, [this](const std::stop_token& stopping, Worker&) { run(stopping); });
    } catch (const std::exception& error) {
        give(error.what());
    }
}

observe::Health Trace::health() const
{
    return isOn() ? observe::Health::ofThread(threadName, _thread.sinceBeat(), longestWrite)
                  : observe::Health::ok();
}

void Trace::give(std::string_view reason) noexcept
{
    _isOn = false;
    try {
        _log.warning("discv4.trace_ended",
                     {{"file", _options ? _options->file.string() : std::string()}, {"reason", reason}},
                     "Packets are no longer captured; a reload begins anew.");
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
        // Without memory nothing can be said.
    }
}

node::Endpoint Trace::ownEnd(const net::Datagram& datagram) const noexcept
{
    const auto& bound = _bound[position(datagram.remote.ip)];
    node::Endpoint end = bound.value_or(node::Endpoint{});
    if (!datagram.local.isUnspecified())
        end.ip = datagram.local;
    return end;
}

void Trace::received(const net::Datagram& datagram, WallTime time, std::optional<wire::Drop> dropped) noexcept
{
    try {
        keep({time,
              Direction::inbound,
              datagram.remote,
              ownEnd(datagram),
              {datagram.payload.begin(), datagram.payload.end()},
              commentOn(datagram.payload, dropped)});
    } catch (const std::exception&) {
        lose();
    }
}

void Trace::sent(const net::Datagram& datagram) noexcept
{
    try {
        keep(outbound(datagram));
    } catch (const std::exception&) {
        lose();
    }
}

Record Trace::outbound(const net::Datagram& datagram) const
{
    return {now(),
            Direction::outbound,
            ownEnd(datagram),
            datagram.remote,
            {datagram.payload.begin(), datagram.payload.end()},
            commentOn(datagram.payload, std::nullopt)};
}

void Trace::keep(Record record) noexcept
{
    const std::lock_guard lock(_mutex);
    if (!isOn())
        return;
    if (_waiting.size() >= capacity) {
        ++_lostBefore;
        _lost.increment();
        return;
    }
    record.lost = std::exchange(_lostBefore, 0);
    _waiting.push_back(std::move(record));
    _filled.notify_one();
}

void Trace::lose() noexcept
{
    const std::lock_guard lock(_mutex);
    ++_lostBefore;
    _lost.increment();
}

void Trace::take(std::vector<Record>& taken, const std::stop_token& stopping)
{
    taken.clear();
    std::unique_lock lock(_mutex);
    _filled.wait_for(lock, stopping, longestSilence, [this] { return !_waiting.empty(); });
    taken.swap(_waiting);
}

void Trace::run(const std::stop_token& stopping)
{
    try {
        if (const auto ended = writeAll(stopping); !ended)
            give(ended.error().message);
    } catch (const std::exception& error) {
        give(error.what());
    }
    const std::lock_guard lock(_mutex);
    _lost.increment(static_cast<double>(_waiting.size()));
    _waiting.clear();
    _lostBefore = 0;
}

Result<void> Trace::writeAll(const std::stop_token& stopping)
{
    TraceFile file(*_options, pcapngHeader("discv4"), _files);
    auto going = file.open();
    if (going)
        _log.info("discv4.tracing", {{"file", _options->file.string()}}, "Packets are captured.");
    std::vector<Record> records;
    records.reserve(capacity); // changes places with what waits, which must not need memory
    for (bool last = false; going && !last;) {
        _thread.beat();
        // What waits when it ends is written all the same.
        last = stopping.stop_requested();
        take(records, stopping);
        going = write(file, records);
    }
    return going;
}

Result<void> Trace::write(TraceFile& file, std::span<const Record> records)
{
    Bytes block;
    for (std::size_t i = 0; i < records.size(); ++i) {
        block.clear();
        appendPcapng(block, records[i]);
        if (auto written = file.write(block); !written) {
            _lost.increment(static_cast<double>(records.size() - i));
            return written;
        }
        _written.increment();
    }
    return {};
}

} // namespace waymark::discv4::trace

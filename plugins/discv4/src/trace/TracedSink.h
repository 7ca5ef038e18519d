#pragma once

#include "trace/Trace.h"

namespace waymark::discv4::trace
{

/// Passes on what is sent and takes it down.
class TracedSink final : public net::DatagramSink
{
public:
    TracedSink(net::DatagramSink& sink, Trace& trace) noexcept : _sink(sink), _trace(trace) {}

    void send(const net::Datagram& datagram) override
    {
        _sink.send(datagram);
        if (_trace.isOn())
            _trace.sent(datagram);
    }

private:
    net::DatagramSink& _sink;
    Trace& _trace;
};

} // namespace waymark::discv4::trace

#pragma once

#include "trace/Trace.h"

#include <exception>
#include <utility>
#include <vector>

namespace waymark::discv4::trace
{

/// One datagram and what it is answered with. Answers are passed on at once and taken down after the
/// datagram, whose fate is known last.
class Exchange final : public net::DatagramSink
{
public:
    Exchange(const net::Datagram& datagram, net::DatagramSink& sink, Trace& trace) noexcept
        : _datagram(datagram), _sink(sink), _trace(trace), _came(trace.now())
    {
    }

    void send(const net::Datagram& datagram) override
    {
        _sink.send(datagram);
        try {
            _answers.push_back(_trace.outbound(datagram));
        } catch (const std::exception&) {
            _trace.lose();
        }
    }

    void end(std::optional<wire::Drop> dropped) noexcept
    {
        _trace.received(_datagram, _came, dropped);
        for (Record& answer : _answers)
            _trace.keep(std::move(answer));
        _answers.clear();
    }

private:
    const net::Datagram& _datagram;
    net::DatagramSink& _sink;
    Trace& _trace;
    WallTime _came;
    std::vector<Record> _answers;
};

} // namespace waymark::discv4::trace

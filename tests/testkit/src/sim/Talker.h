#pragma once

#include <waymark/testkit/sim/SimNetwork.h>

#include <cppunit/TestAssert.h>

#include <string>
#include <string_view>
#include <vector>

namespace waymark::testkit::sim
{

/// A socket of a host that keeps what it hears.
class Talker final : private net::DatagramConsumer
{
public:
    struct Heard
    {
        node::Endpoint from;
        node::IpAddress local;
        std::string text;
        Duration at{0};
    };

    Talker(SimNetwork& network, Host& host, std::string_view listen, const net::UdpOptions& options = {})
        : _network(network),
          _transport(host.open(at(listen, options)).value()),
          _reception(_transport->attach(*this, 0))
    {
        _transport->start();
    }

    Result<void> say(std::string_view to, std::string_view text)
    {
        return _transport->send({node::Endpoint::parse(to).value(), {}, asBytes(text)});
    }
    void say(std::string_view to, std::string_view text, int times)
    {
        for (int i = 0; i < times; ++i)
            CPPUNIT_ASSERT(say(to, text).has_value());
    }

    /// Answers everything with the same text.
    void echo() noexcept { _echo = true; }

    std::vector<Heard>& heard() noexcept { return _heard; }
    net::UdpTransport& transport() noexcept { return *_transport; }

private:
    static net::UdpOptions at(std::string_view listen, net::UdpOptions options)
    {
        options.listen = node::Endpoint::parse(listen).value();
        return options;
    }

    bool consume(const net::Datagram& datagram, net::DatagramSink& sink) noexcept override
    {
        const auto* const text = static_cast<const char*>(static_cast<const void*>(datagram.payload.data()));
        _heard.push_back({datagram.remote, datagram.local, std::string(text, datagram.payload.size()),
                          _network.simulation().now()});
        if (_echo)
            sink.send({datagram.remote, datagram.local, datagram.payload});
        return true;
    }

    SimNetwork& _network;
    std::vector<Heard> _heard;
    bool _echo = false;
    std::shared_ptr<net::UdpTransport> _transport;
    Subscription _reception;
};

} // namespace waymark::testkit::sim

#pragma once

#include "client/ClientPort.h"
#include "wire/Encode.h"
#include "wire/Frame.h"

#include <waymark/testkit/ManualClock.h>
#include <waymark/testkit/TestKeys.h>

#include <deque>
#include <vector>

namespace waymark::discv4::client::testing
{

/// A network that is a list: what was sent, and what comes next. Time passes while nothing comes.
class FakePort final : public ClientPort
{
public:
    struct Sent
    {
        node::Endpoint to;
        Bytes bytes;
        wire::PacketType type;
        node::Hash256 hash;
    };

    explicit FakePort(testkit::ManualClock& clock) : _clock(clock) {}

    tl::expected<void, Rejection> send(const node::Endpoint& to, ByteView payload) override
    {
        if (refusal)
            return tl::unexpected(*refusal);
        const auto frame = wire::Frame::parse(payload).value();
        sent.push_back({to, Bytes(payload.begin(), payload.end()), frame.type(), frame.hash()});
        return {};
    }

    std::optional<Arrival> receive(Duration patience, int /*wake*/) override
    {
        if (_coming.empty()) {
            _clock.advance(patience);
            return std::nullopt;
        }
        _current = std::move(_coming.front());
        _coming.pop_front();
        _clock.advance(_current.after);
        return Arrival{_current.from, _current.bytes, _current.rejection};
    }

    std::uint16_t localPort(node::IpFamily /*family*/) override { return 40000; }

    /// It arrives before anything that is delivered later, so long after what came before it.
    void deliver(const node::Endpoint& from, ByteView bytes, Duration after = {})
    {
        _coming.push_back({from, Bytes(bytes.begin(), bytes.end()), after, std::nullopt});
    }
    void reject(const node::Endpoint& to, Trouble trouble)
    {
        _coming.push_back({to, {}, {}, Rejection{trouble, "No route to host"}});
    }
    bool isDrained() const { return _coming.empty(); }

    std::vector<Sent> sent;
    std::optional<Rejection> refusal; ///< what send() says to everything

private:
    struct Coming
    {
        node::Endpoint from;
        Bytes bytes;
        Duration after{};
        std::optional<Rejection> rejection;
    };

    testkit::ManualClock& _clock;
    std::deque<Coming> _coming;
    Coming _current;
};

} // namespace waymark::discv4::client::testing

#pragma once

#include "World.h"

#include <waymark/base/Bytes.h>
#include <waymark/net/UdpTransport.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::bench
{

/// Packets that are handed to a discv4 node in memory, so that the instructions it takes for one can be
/// counted. Keys, dice and clock are the same in every run. One thread.
class Workload
{
public:
    Workload();
    Workload(const Workload&) = delete;
    Workload& operator=(const Workload&) = delete;
    ~Workload();

    /// What the node may be sent.
    static const std::vector<std::string>& kinds();

    /// Packets of one kind, no two of them the same.
    using Batch = std::vector<discv4::testing::Flight>;
    /// Throws std::invalid_argument for what is none of kinds().
    Batch make(std::string_view kind, std::size_t count);

    /// Nothing but the node's own work, and a tenth of a millisecond of its time between two packets.
    void play(const Batch& batch);

    /// Throws std::runtime_error unless the node took the packets of play() for what they are: else it were
    /// not known what was counted.
    void confirm(std::string_view kind, std::size_t count);

private:
    struct Kind;
    class Peer;
    class Sink;

    static const std::vector<Kind>& all();
    static const Kind& find(std::string_view kind);
    double outcome(const Kind& kind) const;
    discv4::testing::Flight ping(std::size_t number);
    discv4::testing::Flight findNode(std::size_t number, const node::PublicKey& target);
    discv4::testing::Flight enrRequest(std::size_t number);
    discv4::testing::Flight fromStranger(std::size_t number, ByteView packet) const;
    discv4::testing::Flight flight(const node::Endpoint& from, ByteView packet) const;

    discv4::testing::World _world;
    node::Endpoint _here;
    std::unique_ptr<discv4::testing::Node> _node;
    std::unique_ptr<discv4::io::Ingress> _ingress;
    std::unique_ptr<Sink> _sink;
    std::vector<std::unique_ptr<Peer>> _friends;
    std::size_t _made = 0; ///< packets, which tells them apart
    double _before = 0;    ///< outcomes before play()
};

} // namespace waymark::bench

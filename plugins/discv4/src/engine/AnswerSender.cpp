#include "engine/AnswerSender.h"

#include <algorithm>

namespace waymark::discv4::engine
{

namespace
{

/// What nobody else may use meanwhile, or nothing when somebody does.
class Taken
{
public:
    explicit Taken(std::atomic<bool>& flag) noexcept
        : _flag(flag.exchange(true, std::memory_order_acquire) ? nullptr : &flag)
    {
    }
    ~Taken()
    {
        if (_flag != nullptr)
            _flag->store(false, std::memory_order_release);
    }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;

    explicit operator bool() const noexcept { return _flag != nullptr; }

private:
    std::atomic<bool>* _flag;
};

} // namespace

AnswerSender::AnswerSender(const Environment& environment, const Parameters& parameters, const Sender& sender,
                           const PacketMetrics& metrics)
    : _sender(sender), _metrics(metrics)
{
    for (auto& desks : _desks)
        for (unsigned i = 0; i < std::max(parameters.workers, 1U); ++i)
            desks.push_back(std::make_unique<Desk>(environment.random.next64(), parameters.answerMemory));
}

void AnswerSender::send(const Recipient& recipient, std::span<const wire::Neighbor> nodes,
                        net::DatagramSink& sink) const
{
    const auto& desks = _desks[static_cast<std::size_t>(recipient.route.to.ip.family())];
    Desk& desk = *desks[recipient.worker % desks.size()];
    const Taken taken(desk.isTaken);
    const bool isReused = taken && sendFrom(desk.answers, recipient, nodes, sink);
    if (!taken)
        _sender.neighbors(recipient.route, nodes, recipient.earliest, sink);
    _metrics.answered(isReused);
}

bool AnswerSender::sendFrom(SignedAnswers& answers, const Recipient& recipient,
                            std::span<const wire::Neighbor> nodes, net::DatagramSink& sink) const
{
    const std::uint64_t earliest = recipient.earliest;
    const SignedAnswers::Question question{nodes, recipient.who, earliest};
    const auto found = answers.find(question);
    if (found.packets.size > 0) {
        for (const ByteView packet : found.packets.all())
            _sender.send(recipient.route, wire::PacketType::neighbors, packet, sink);
        return true;
    }
    if (!found.isKept) {
        _sender.neighbors(recipient.route, nodes, earliest, sink);
        return false;
    }
    std::array<Byte, 2 * wire::maximumPacket> bytes;
    std::array<ByteView, 2> packets;
    std::size_t count = 0;
    std::size_t offset = 0;
    const std::uint64_t expiration = earliest + SignedAnswers::reuseSeconds;
    _sender.makeNeighbors(nodes, expiration, [&](ByteView packet) {
        std::ranges::copy(packet, bytes.begin() + static_cast<std::ptrdiff_t>(offset));
        packets[count++] = ByteView(bytes).subspan(offset, packet.size());
        offset += packet.size();
    });
    const auto made = std::span(packets).first(count);
    answers.put(question, expiration, made);
    for (const ByteView packet : made)
        _sender.send(recipient.route, wire::PacketType::neighbors, packet, sink);
    return false;
}

} // namespace waymark::discv4::engine

#include "engine/registered/PackedPeers.h"

#include "engine/registered/Probing.h"

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

namespace waymark::discv4::engine::registered
{

using node::IpFamily;

PackedPeers::~PackedPeers()
{
    each([this](Number number) {
        if (const Slot& slot = _slots.at(number); slot.isWhole != 0)
            delete whole(slot);
    });
}

std::optional<PackedPeers::Number> PackedPeers::find(const node::Hash256& id) const noexcept
{
    if (_index.empty())
        return std::nullopt;
    const ShortId half = shortOf(id);
    const std::uint64_t hash = hashOf(half);
    for (std::size_t place = home(hash, _index.size()); _index[place] != 0; place = after(place)) {
        const Number number = numberIn(_index[place]);
        if (_index[place] >> tagShift == tagOf(hash) && _slots.at(number).id == half)
            return number;
    }
    return std::nullopt;
}

PackedPeers::Number PackedPeers::add(const node::Hash256& id)
{
    if (size() + 1 >= limit)
        throw std::bad_alloc();
    if (probing::isFull(size(), _index.size()))
        rebuild(probing::sizeFor(size() + 1));
    Slot slot;
    slot.id = shortOf(id);
    slot.isUsed = 1;
    const std::uint64_t hash = hashOf(slot.id);
    const Number number = _slots.take(slot);
    std::size_t place = home(hash, _index.size());
    while (_index[place] != 0)
        place = after(place);
    _index[place] = tagOf(hash) << tagShift | number;
    return number;
}

void PackedPeers::erase(Number number) noexcept
{
    Slot& slot = _slots.at(number);
    dropFromIndex(slot.id);
    if (slot.isWhole != 0)
        delete whole(slot);
    if (slot.answer != _answers.none)
        _answers.give(slot.answer);
    slot.isUsed = 0;
    _slots.give(number);
    if (probing::isSparse(size(), _index.size()))
        shrink();
}

bool PackedPeers::contains(Number number) const noexcept
{
    return _slots.isMade(number) && _slots.at(number).isUsed != 0;
}

void PackedPeers::dropFromIndex(const ShortId& id) noexcept
{
    const auto homeOf = [this](Number entry) {
        return home(hashOf(_slots.at(numberIn(entry)).id), _index.size());
    };
    std::size_t place = home(hashOf(id), _index.size());
    while (_slots.at(numberIn(_index[place])).id != id)
        place = after(place);
    probing::close(_index, place, homeOf);
}

void PackedPeers::rebuild(std::size_t size)
{
    const std::vector<Number> before = std::exchange(_index, std::vector<Number>(size));
    for (const Number entry : before) {
        if (entry == 0)
            continue;
        std::size_t place = home(hashOf(_slots.at(numberIn(entry)).id), size);
        while (_index[place] != 0)
            place = after(place);
        _index[place] = entry;
    }
}

void PackedPeers::shrink() noexcept
{
    try {
        rebuild(probing::sizeFor(size()));
    } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch)
        // It is as it was.
    }
}

TrackedPeer* PackedPeers::whole(const Slot& slot) noexcept
{
    return slot.isWhole != 0 ? std::bit_cast<TrackedPeer*>(slot.place) : nullptr;
}

void PackedPeers::setWhole(Slot& slot, TrackedPeer* peer) noexcept
{
    slot.place = std::bit_cast<Place>(peer);
    slot.isWhole = 1;
}

TrackedPeer PackedPeers::unpacked(const Slot& slot) const
{
    TrackedPeer peer;
    if (slot.isPlaced != 0) {
        const auto& ip = slot.place.ip;
        peer.spot(IpFamily::v4) =
            Spot{{node::IpAddress::v4(ip[0], ip[1], ip[2], ip[3]), slot.place.udp, slot.place.tcp},
                 slot.isReachable != 0,
                 true,
                 static_cast<discovery::Liveness>(slot.stateThere),
                 slot.failures,
                 slot.turn};
    }
    peer.liveness.state = static_cast<discovery::Liveness>(slot.state);
    peer.isTold = slot.isTold != 0;
    if (slot.answer == _answers.none)
        return peer;
    const Answer& answer = _answers.at(slot.answer);
    peer.recordSeq = answer.recordSeq;
    if (slot.hasAnswered != 0) {
        peer.liveness.lastPong = answer.lastPong;
        peer.liveness.roundTrip = answer.roundTrip;
    }
    return peer;
}

bool PackedPeers::isPackable(const TrackedPeer& peer) noexcept
{
    const auto isNowhere = [&](IpFamily family) {
        return peer.seen(family) == nullptr;
    };
    const auto& spot = peer.spot(IpFamily::v4);
    return !peer.spot(IpFamily::v6) && (!spot || spot->isExpected) && isNowhere(IpFamily::v4) &&
           isNowhere(IpFamily::v6) &&
           peer.liveness.lastPong.has_value() == peer.liveness.roundTrip.has_value();
}

void PackedPeers::pack(Slot& slot, const TrackedPeer& peer) noexcept
{
    slot.isWhole = 0;
    const auto& spot = peer.spot(IpFamily::v4);
    slot.isPlaced = spot ? 1 : 0;
    if (spot) {
        std::copy_n(spot->endpoint.ip.bytes().begin(), slot.place.ip.size(), slot.place.ip.begin());
        slot.place.udp = spot->endpoint.udp;
        slot.place.tcp = spot->endpoint.tcp;
        slot.isReachable = spot->isReachable ? 1 : 0;
        slot.stateThere = static_cast<std::uint16_t>(spot->state) & 3U;
        slot.failures = static_cast<std::uint16_t>(std::min<unsigned>(spot->failures, mostFailures)) & 15U;
        slot.turn = spot->turn;
    }
    slot.state = static_cast<std::uint16_t>(peer.liveness.state) & 3U;
    slot.isTold = peer.isTold ? 1 : 0;
    slot.hasAnswered = peer.liveness.lastPong ? 1 : 0;
    if (!peer.liveness.lastPong && peer.recordSeq == 0) {
        if (slot.answer != _answers.none)
            _answers.give(std::exchange(slot.answer, _answers.none));
        return;
    }
    if (slot.answer == _answers.none)
        slot.answer = _answers.take({});
    _answers.at(slot.answer) = {peer.liveness.lastPong.value_or(WallTime{}),
                                peer.liveness.roundTrip.value_or(Duration{}), peer.recordSeq};
}

PackedPeers::Reading::Reading(const PackedPeers& peers, Number number)
    : _whole(whole(peers._slots.at(number)))
{
    if (_whole == nullptr)
        _unpacked = peers.unpacked(peers._slots.at(number));
}

PackedPeers::Writing::Writing(PackedPeers& peers, Number number)
    : _peers(peers), _slot(peers._slots.at(number)), _whole(whole(_slot))
{
    peers._answers.reserve();
    if (_whole == nullptr)
        _unpacked = peers.unpacked(_slot);
}

PackedPeers::Writing::~Writing()
{
    if (!isPackable(**this)) {
        // And so it was unpacked; until here its answer's place was kept, for to take one needs memory.
        if (_slot.answer != _peers._answers.none)
            _peers._answers.give(std::exchange(_slot.answer, _peers._answers.none));
        return;
    }
    _peers.pack(_slot, **this);
    delete _whole;
}

void PackedPeers::Writing::unpack()
{
    if (_whole != nullptr)
        return;
    _whole = new TrackedPeer(std::move(*_unpacked));
    setWhole(_slot, _whole);
}

} // namespace waymark::discv4::engine::registered

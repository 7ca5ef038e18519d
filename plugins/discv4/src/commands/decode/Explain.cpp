#include "commands/decode/Explain.h"

#include "commands/decode/RecordFields.h"
#include "commands/decode/Walk.h"
#include "wire/Frame.h"

#include <waymark/node/Rlp.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>

namespace waymark::discv4::decode
{

namespace
{

using node::rlp::Reader;
using toolkit::Cell;

std::string scopeOf(const node::IpAddress& ip)
{
    switch (ip.scope()) {
    case node::IpScope::loopback:
        return "loopback";
    case node::IpScope::lan:
        return "a local network's";
    case node::IpScope::special:
        return ip.isUnspecified() ? "unknown" : "special purpose, of no node";
    case node::IpScope::global:
        break;
    }
    return "";
}

/// The content of a packet, one function for each type.
class Content
{
public:
    Content(Walk& walk, const Reference& reference) : _walk(walk), _reference(reference) {}

    void explain(wire::PacketType type, ByteView data)
    {
        Reader outer(data);
        auto list = _walk.take(outer, "packet data", [](Reader& reader) { return reader.list(); });
        if (!list)
            return;
        Reader& items = list->first;
        if (of(type, items))
            furtherItems(items);
        if (_walk.explanation().faults.empty() && !outer.atEnd())
            _walk.note("bytes behind", outer.rest(), "0x" + toHex(outer.rest()),
                       std::to_string(outer.rest().size()) + " bytes behind the list, ignored (EIP-8)");
    }

private:
    bool of(wire::PacketType type, Reader& items)
    {
        switch (type) {
        case wire::PacketType::ping:
            return ping(items);
        case wire::PacketType::pong:
            return pong(items);
        case wire::PacketType::findNode:
            return findNode(items);
        case wire::PacketType::neighbors:
            return neighbors(items);
        case wire::PacketType::enrRequest:
            return expiration(items);
        case wire::PacketType::enrResponse:
            return enrResponse(items);
        }
        return false;
    }

    bool ping(Reader& items)
    {
        const auto version = _walk.take(items, "version", [](Reader& reader) { return reader.raw(); });
        if (!version)
            return false;
        const auto number = Reader(version->first).integer();
        _walk.note("version", version->second, number ? Cell(*number) : Cell("0x" + toHex(version->first)),
                   number && *number == 4 ? "" : "any is accepted (EIP-8)");
        return endpoint(items, "from", "where the sender thinks it is") &&
               endpoint(items, "to", "where it sees the recipient") && expiration(items) && enrSeq(items);
    }

    bool pong(Reader& items)
    {
        return endpoint(items, "to", "where the sender saw the PING come from") &&
               hash(items, "ping-hash", "the PING that this answers") && expiration(items) && enrSeq(items);
    }

    bool findNode(Reader& items)
    {
        const auto target = _walk.take(items, "target", [](Reader& reader) { return fixed<64>(reader); });
        if (!target)
            return false;
        _walk.note("target", target->second, toHex(target->first),
                   "the public key whose neighbours are asked for");
        _walk.derive("target node id", target->second, toHex(node::keccak256(target->first)));
        return expiration(items);
    }

    bool neighbors(Reader& items)
    {
        auto list = _walk.take(items, "nodes", [](Reader& reader) { return reader.list(); });
        if (!list)
            return false;
        std::size_t count = 0;
        const std::size_t place = _walk.explanation().fields.size();
        for (; !list->first.atEnd() && count < wire::Neighbors::maximumRead; ++count)
            if (!neighbor(list->first, count))
                return false;
        auto& fields = _walk.explanation().fields;
        fields.insert(fields.begin() + static_cast<std::ptrdiff_t>(place),
                      {_walk.offsetOf(list->second), list->second.size(), "nodes", Cell(count),
                       list->first.atEnd() ? "" : "and more behind them, which nobody looks at"});
        return expiration(items);
    }

    /// One that makes no sense takes nothing from the others; only what is no list ends the packet.
    bool neighbor(Reader& items, std::size_t index)
    {
        const std::string name = "nodes[" + std::to_string(index) + ']';
        auto list = _walk.take(items, name, [](Reader& reader) { return reader.list(); });
        if (!list)
            return false;
        Walk& walk = _walk;
        const std::size_t faults = walk.explanation().faults.size();
        if (this->place(list->first, name + '.', "")) {
            const auto key =
                walk.take(list->first, name + ".id", [](Reader& reader) { return fixed<64>(reader); });
            if (key) {
                const bool isPoint = node::PublicKey(key->first).isOnCurve();
                walk.note(name + ".id", key->second, toHex(key->first),
                          isPoint ? "" : "no point of the curve: of no use to anybody");
            }
        }
        // What would be a fault elsewhere only makes this node be passed over.
        auto& all = walk.explanation().faults;
        if (all.size() > faults) {
            walk.note(name, list->second, "passed over", all[faults].what);
            all.resize(faults);
        }
        return true;
    }

    bool enrResponse(Reader& items)
    {
        if (!hash(items, "request-hash", "the ENRRequest that this answers"))
            return false;
        const auto record = _walk.take(items, "record", [](Reader& reader) { return reader.raw(); });
        if (!record)
            return false;
        explainRecord(_walk, record->first);
        return true;
    }

    bool endpoint(Reader& items, const std::string& name, const std::string& meaning)
    {
        auto list = _walk.take(items, name, [](Reader& reader) { return reader.list(); });
        if (!list || !place(list->first, name + '.', meaning))
            return false;
        if (!list->first.atEnd())
            _walk.note(name + " further items", list->first.rest(), "0x" + toHex(list->first.rest()),
                       "ignored (EIP-8)");
        return true;
    }

    bool place(Reader& items, const std::string& prefix, const std::string& meaning)
    {
        const auto ip = _walk.take(items, prefix + "ip", [](Reader& reader) { return address(reader); });
        if (!ip)
            return false;
        const std::string scope = scopeOf(ip->first);
        _walk.note(prefix + "ip", ip->second, ip->first.toString(),
                   meaning.empty() || scope.empty() ? meaning + scope : meaning + ": " + scope);
        return port(items, prefix + "udp") && port(items, prefix + "tcp");
    }

    bool port(Reader& items, const std::string& name)
    {
        constexpr std::size_t anySize = wire::maximumPacket;
        const auto port =
            _walk.take(items, name, [](Reader& reader) { return reader.paddedInteger(anySize); });
        if (!port)
            return false;
        if (port->first > std::numeric_limits<std::uint16_t>::max()) {
            _walk.fault(port->second, name + ": " + std::to_string(port->first) + " is no port");
            return false;
        }
        _walk.note(name, port->second, port->first,
                   Reader(port->second).integer() ? ""
                                                  : "with leading zeros, as the JavaScript client writes it");
        return true;
    }

    bool hash(Reader& items, const std::string& name, const std::string& meaning)
    {
        const auto hash = _walk.take(items, name, [](Reader& reader) { return fixed<32>(reader); });
        if (!hash)
            return false;
        _walk.note(name, hash->second, toHex(hash->first), meaning);
        return true;
    }

    bool expiration(Reader& items)
    {
        const auto time = _walk.take(items, "expiration", [](Reader& reader) { return reader.integer(); });
        if (!time)
            return false;
        _walk.explanation().expiration = time->first;
        _walk.explanation().expired = wire::isExpired(wire::EnrRequest{time->first}, _reference.unixSeconds);
        _walk.note("expiration", time->second, Cell(time->first), standing(time->first));
        return true;
    }

    std::string standing(std::uint64_t time) const
    {
        if (time > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
            return "at or above 2^63, which counts as passed";
        const std::uint64_t now = _reference.unixSeconds;
        const char* const when = _reference.isCapture ? "the packet was captured" : "now";
        if (time < now)
            return utc(time) + ", had passed " + roughly(now - time) + " before " + when;
        return utc(time) + ", " + roughly(time - now) + " after " + when;
    }

    bool enrSeq(Reader& items)
    {
        Reader ahead = items;
        if (items.atEnd() || !ahead.integer())
            return true; // absent, or something else of a later version
        const auto seq = _walk.take(items, "enr-seq", [](Reader& reader) { return reader.integer(); });
        _walk.note("enr-seq", seq->second, seq->first, "of the sender's record (EIP-868)");
        return true;
    }

    void furtherItems(Reader& items)
    {
        while (!items.atEnd()) {
            const ByteView before = items.rest();
            const auto item = items.raw();
            if (!item) {
                _walk.note("further bytes", before, "0x" + toHex(before), "no RLP, ignored (EIP-8)");
                return;
            }
            _walk.note("further item", *item, "0x" + toHex(*item), "ignored (EIP-8)");
        }
    }

    template <std::size_t Size>
    static Result<FixedBytes<Size>> fixed(Reader& reader)
    {
        FixedBytes<Size> bytes{};
        const auto read = reader.fixed(bytes);
        if (!read)
            return failure(read.error());
        return bytes;
    }

    static Result<node::IpAddress> address(Reader& reader)
    {
        const auto bytes = reader.string();
        if (!bytes)
            return failure(bytes.error());
        return bytes->empty() ? node::IpAddress() : node::IpAddress::fromBytes(*bytes);
    }

    Walk& _walk;
    const Reference& _reference;
};

void explainHash(Walk& walk)
{
    const ByteView datagram = walk.datagram();
    const ByteView told = datagram.first(wire::hashSize);
    const node::Hash256 right = node::keccak256(datagram.subspan(wire::hashSize));
    node::Hash256 hash{};
    std::ranges::copy(told, hash.begin());
    walk.explanation().hash = hash;
    walk.explanation().hashValid = hash == right;
    walk.note("hash", told, toHex(told), hash == right ? "right" : "wrong");
    if (hash != right)
        walk.fault(told, "the hash does not cover the rest, whose hash is " + toHex(right) +
                             ": the packet was damaged or cut, or is another protocol's");
}

void explainSignature(Walk& walk)
{
    const ByteView bytes = walk.datagram().subspan(wire::hashSize, wire::headSize - wire::hashSize);
    node::RecoverableSignature signature{};
    std::ranges::copy(bytes, signature.begin());
    const auto sender = node::recover(signature, node::keccak256(walk.datagram().subspan(wire::headSize)));
    walk.note("signature", bytes, toHex(bytes), sender ? "good" : "bad");
    if (!sender) {
        const bool isRecoveryId = signature.back() > 1;
        walk.fault(isRecoveryId ? bytes.last(1) : bytes, "signature: " + sender.error().message);
        return;
    }
    walk.explanation().sender = *sender;
    walk.derive("sender", bytes, sender->hex(), "public key that made the signature");
    walk.derive("sender node id", bytes, toHex(sender->nodeId()));
}

} // namespace

Explanation explain(ByteView datagram, const Reference& reference)
{
    Explanation explanation;
    explanation.size = datagram.size();
    Walk walk(datagram, explanation);
    if (datagram.size() < wire::minimumPacket) {
        walk.fault(datagram.last(0), "the packet ends here: hash, signature and type take " +
                                         std::to_string(wire::minimumPacket) + " bytes");
        return explanation;
    }
    if (datagram.size() > wire::maximumPacket)
        walk.fault(datagram.subspan(wire::maximumPacket),
                   "the packet goes on for " + std::to_string(datagram.size() - wire::maximumPacket) +
                       " bytes behind the " + std::to_string(wire::maximumPacket) + " that are allowed");
    explainHash(walk);
    explainSignature(walk);
    const ByteView type = datagram.subspan(wire::headSize, 1);
    if (type.front() < 1 || type.front() > wire::packetTypeCount) {
        walk.note("type", type, type.front(), "unknown");
        walk.fault(type, "packet type " + std::to_string(type.front()) + " is none of 1 to 6");
        return explanation;
    }
    const auto known = static_cast<wire::PacketType>(type.front());
    explanation.type = wire::toString(known);
    walk.note("type", type, type.front(), explanation.type);
    Content(walk, reference).explain(known, datagram.subspan(wire::minimumPacket));
    return explanation;
}

} // namespace waymark::discv4::decode

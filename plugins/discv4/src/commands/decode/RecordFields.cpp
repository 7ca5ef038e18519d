#include "commands/decode/RecordFields.h"

#include <waymark/node/Enr.h>
#include <waymark/node/IpAddress.h>
#include <waymark/toolkit/nodeset/ForkId.h>

#include <algorithm>

namespace waymark::discv4::decode
{

namespace
{

using node::rlp::Reader;
using toolkit::Cell;

struct Meaning
{
    Cell value;
    std::string text;
};

std::string textOf(ByteView bytes)
{
    return {bytes.begin(), bytes.end()};
}

Meaning raw(ByteView item)
{
    return {"0x" + toHex(item), "RLP"};
}

Meaning addressOf(ByteView item)
{
    const auto bytes = Reader(item).string();
    const auto ip = bytes ? node::IpAddress::fromBytes(*bytes) : failure(bytes.error());
    return ip ? Meaning{ip->toString(), ""}
              : Meaning{"0x" + toHex(item), "no address: " + ip.error().message};
}

Meaning portOf(ByteView item)
{
    const auto port = Reader(item).integer();
    constexpr std::uint64_t largest = 65'535;
    if (!port || *port > largest)
        return {"0x" + toHex(item), "no port"};
    return {*port, ""};
}

Meaning forkOf(ByteView item)
{
    const auto fork = toolkit::nodeset::ForkId::decode(item);
    return fork ? Meaning{fork->cell(), "fork id, EIP-2124"} : raw(item);
}

/// EIP-7636: [name, version, build?].
Meaning clientOf(ByteView item)
{
    Reader outer(item);
    auto list = outer.list();
    if (!list)
        return raw(item);
    std::vector<std::string> words;
    while (!list->atEnd()) {
        const auto word = list->string();
        if (!word)
            return raw(item);
        words.push_back(textOf(*word));
    }
    std::string shown;
    for (const std::string& word : words)
        shown += (shown.empty() ? "" : " ") + word;
    return {Cell::list(words).shownAs(shown), "client, EIP-7636"};
}

Meaning meaningOf(std::string_view key, ByteView item)
{
    const auto string = Reader(item).string();
    if (key == "id" && string)
        return {textOf(*string), "identity scheme"};
    if (key == "secp256k1" && string)
        return {toHex(*string), "public key, compressed"};
    if (key == "ip" || key == "ip6")
        return addressOf(item);
    if (key == "udp" || key == "tcp" || key == "udp6" || key == "tcp6")
        return portOf(item);
    if (key == "eth")
        return forkOf(item);
    if (key == "client")
        return clientOf(item);
    return raw(item);
}

void explainPairs(Walk& walk, Reader& items)
{
    while (!items.atEnd()) {
        const auto key = walk.take(items, "record key", [](Reader& reader) { return reader.string(); });
        const auto value = key ? walk.take(items, "record value", [](Reader& reader) { return reader.raw(); })
                               : std::nullopt;
        if (!value)
            return;
        const std::string name = textOf(key->first);
        Meaning meaning = meaningOf(name, value->first);
        walk.note("record." + name, value->second, std::move(meaning.value), std::move(meaning.text));
    }
}

} // namespace

void explainRecord(Walk& walk, ByteView record)
{
    const std::size_t faultsBefore = walk.explanation().faults.size();
    Reader outer(record);
    auto list = walk.take(outer, "record", [](Reader& reader) { return reader.list(); });
    if (!list)
        return;
    Reader& items = list->first;
    const auto signature =
        walk.take(items, "record signature", [](Reader& reader) { return reader.string(); });
    const auto seq = signature
                         ? walk.take(items, "record seq", [](Reader& reader) { return reader.integer(); })
                         : std::nullopt;
    if (!seq)
        return;
    const auto read = node::Enr::decode(record);
    walk.note("record.signature", signature->second, toHex(signature->first), read ? "good" : "");
    walk.note("record.seq", seq->second, seq->first);
    explainPairs(walk, items);
    if (!read) {
        // What could not be read has its fault already.
        if (walk.explanation().faults.size() == faultsBefore)
            walk.fault(record, "record: " + read.error().message);
        return;
    }
    walk.derive("record", record, read->toString(), std::to_string(record.size()) + " bytes");
    if (walk.explanation().sender && read->key() != *walk.explanation().sender)
        walk.fault(record, "the record is that of another node, " + read->key().hex().substr(0, 16) +
                               "..., not the sender's");
}

} // namespace waymark::discv4::decode

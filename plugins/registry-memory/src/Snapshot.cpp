#include "Snapshot.h"

#include "SnapshotRow.h"
#include "SnapshotText.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <optional>
#include <sstream>
#include <utility>

namespace waymark::registry
{

using Poco::JSON::Array;
using Poco::JSON::Object;

namespace
{

constexpr std::string_view magic = "waymark-registry-snapshot ";
constexpr std::string_view version = "1";
constexpr std::string_view revisionWord = "revision ";
constexpr std::string_view endWord = "end ";
constexpr std::size_t headLines = 2;

std::string line(std::string_view word, const Object& row)
{
    std::ostringstream text;
    text << word;
    row.stringify(text);
    text << '\n';
    return text.str();
}

std::string nanoseconds(WallTime time)
{
    return std::to_string(time.time_since_epoch().count());
}

std::string encode(const ClaimRow& row)
{
    Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("peer", row.peer->id.toString());
    object.set("origin", row.origin);
    Array addresses;
    for (const PeerAddress& address : row.peer->addresses)
        addresses.add(std::string(toString(address.transport)) + '/' + address.host + '/' +
                      std::to_string(address.port));
    object.set("addresses", addresses);
    if (!row.peer->labels.empty()) {
        Object labels;
        for (const auto& [name, value] : row.peer->labels)
            labels.set(name, value);
        object.set("labels", labels);
    }
    if (row.peer->enr)
        object.set("enr", row.peer->enr->toString());
    if (row.enrSeq)
        object.set("seq", std::to_string(*row.enrSeq)); // too wide for a number of JSON
    if (!row.lease.isForever()) {
        object.set("ttl", std::to_string(row.lease.ttl.count()));
        object.set("expiry", nanoseconds(row.lease.wallExpiry));
    }
    return line(claimWord, object);
}

std::string encode(const TombstoneRow& row)
{
    Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("peer", row.peer.toString());
    object.set("origin", row.origin);
    object.set("seq", std::to_string(row.enrSeq));
    object.set("order", std::to_string(row.order));
    object.set("buried", nanoseconds(row.buried));
    return line(removalWord, object);
}

/// Takes a line and its end off the front; nothing when there is none that ends.
std::optional<std::string_view> takeLine(std::string_view& text)
{
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos)
        return std::nullopt;
    const auto taken = text.substr(0, end);
    text.remove_prefix(end + 1);
    return taken;
}

/// "17", or "17 9e3779b97f4a7c15" with its epoch.
std::optional<Revision> revisionOf(std::string_view text)
{
    const std::size_t space = text.find(' ');
    const auto number = numberOf(text.substr(0, space));
    if (!number || space == std::string_view::npos)
        return number ? std::optional(Revision{0, *number}) : std::nullopt;
    const auto whole =
        Revision::parse(std::string(text.substr(space + 1)) + '-' + std::string(text.substr(0, space)));
    return whole ? std::optional(*whole) : std::nullopt;
}

} // namespace

std::string SnapshotEncoder::begin(Revision revision)
{
    return hashed(std::string(magic) + std::string(version) + '\n' + std::string(revisionWord) +
                  std::to_string(revision.number) + ' ' + revision.epochText() + '\n');
}

std::string SnapshotEncoder::row(const StoredRow& row)
{
    ++_rows;
    return hashed(std::visit([](const auto& kind) { return encode(kind); }, row));
}

std::string SnapshotEncoder::end()
{
    return std::string(endWord) + std::to_string(_rows) + ' ' + toHex(_hash.digest()) + '\n';
}

std::string SnapshotEncoder::hashed(std::string text)
{
    _hash.add(asBytes(text));
    return text;
}

Result<std::optional<StoredRow>> SnapshotDecoder::take(std::string_view line)
{
    const auto text = takeText(line);
    if (!text)
        return failure(text.error());
    if (!*text)
        return std::nullopt;
    auto row = (*text)->decode();
    if (!row)
        return failure(std::move(row.error()));
    return std::optional(std::move(*row));
}

Result<std::optional<SnapshotRow>> SnapshotDecoder::takeText(std::string_view line)
{
    ++_lines;
    if (_isEnded)
        return corrupt("it goes on after its end");
    if (_lines > headLines && line.starts_with(endWord))
        return takeEnd(line.substr(endWord.size()));
    _hash.add(asBytes(line));
    _hash.add(asBytes("\n"));
    if (_lines <= headLines)
        return takeHead(line);
    ++_rows;
    return std::optional(SnapshotRow{line, _lines});
}

Result<std::optional<SnapshotRow>> SnapshotDecoder::takeHead(std::string_view line)
{
    if (_lines == 1 && !line.starts_with(magic))
        return corrupt("it is no snapshot of a registry");
    if (_lines == 1 && line.substr(magic.size()) != version)
        return failure(ErrorCode::conflict, "it is a snapshot of version " +
                                                std::string(line.substr(magic.size(), 20)) +
                                                ", this Waymark reads " + std::string(version));
    if (_lines == 1)
        return std::nullopt;
    const auto revision =
        line.starts_with(revisionWord) ? revisionOf(line.substr(revisionWord.size())) : std::nullopt;
    if (!revision)
        return corrupt("line 2 has no revision");
    _revision = *revision;
    return std::nullopt;
}

Result<std::optional<SnapshotRow>> SnapshotDecoder::takeEnd(std::string_view end)
{
    _isEnded = true;
    if (end != std::to_string(_rows) + ' ' + toHex(_hash.digest()))
        return corrupt("it is damaged: its rows do not match the count and the checksum at its end");
    return std::nullopt;
}

Result<void> SnapshotDecoder::finish(bool isCut) const
{
    if (_isEnded && isCut)
        return corrupt("it goes on after its end");
    if (_isEnded)
        return {};
    if (_lines == 0)
        return corrupt("it is no snapshot of a registry");
    if (_lines < headLines)
        return corrupt("line 2 has no revision");
    return corrupt("it is truncated: its last line does not say that it is the end");
}

std::string encodeSnapshot(Revision revision, std::span<const StoredRow> rows)
{
    SnapshotEncoder encoder;
    std::string text = encoder.begin(revision);
    for (const StoredRow& row : rows)
        text += encoder.row(row);
    return text + encoder.end();
}

Result<Snapshot> decodeSnapshot(std::string_view text)
{
    SnapshotDecoder decoder;
    Snapshot snapshot;
    while (const auto line = takeLine(text)) {
        auto row = decoder.take(*line);
        if (!row)
            return failure(std::move(row.error()));
        if (*row)
            snapshot.rows.push_back(std::move(**row));
    }
    if (auto whole = decoder.finish(!text.empty()); !whole)
        return failure(std::move(whole.error()));
    snapshot.revision = decoder.revision();
    return snapshot;
}

} // namespace waymark::registry

#include "commands/ShownPeer.h"

#include "json/Utf8.h"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/DateTimeParser.h>
#include <Poco/Exception.h>
#include <Poco/Timestamp.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

namespace waymark::httpapi
{

namespace
{

using toolkit::Cell;
using toolkit::Record;

constexpr int roundTripDecimals = 3;
constexpr auto never = "never";

/// A word that can be told from its neighbours.
std::string quotedWhereNeeded(const std::string& word)
{
    const auto isPlain = [](char c) {
        return c != ' ' && c != '"' && c != '=' && c != '\\' && static_cast<unsigned char>(c) > 0x20;
    };
    return !word.empty() && std::ranges::all_of(word, isPlain) ? word : jsonQuoted(word);
}

/// In the two greatest units that are not zero: "4m 12s".
std::string spoken(std::int64_t seconds)
{
    using Unit = std::pair<std::int64_t, char>;
    static constexpr std::array<Unit, 4> units{Unit{86400, 'd'}, Unit{3600, 'h'}, Unit{60, 'm'},
                                               Unit{1, 's'}};
    std::string text;
    int parts = 0;
    for (const auto& [size, letter] : units) {
        const std::int64_t count = seconds / size;
        seconds %= size;
        if (parts > 0 || count > 0 || size == 1)
            ++parts;
        if (count > 0 || (size == 1 && text.empty()))
            text += (text.empty() ? "" : " ") + std::to_string(count) + letter;
        if (parts == 2)
            break;
    }
    return text;
}

} // namespace

std::optional<std::int64_t> secondsOf(const std::string& time)
{
    try {
        int zone = 0;
        Poco::DateTime moment;
        if (!Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::ISO8601_FORMAT, time, moment, zone) ||
            zone != 0)
            return std::nullopt;
        return moment.timestamp().epochTime();
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
}

std::optional<std::string> timeOf(std::uint64_t seconds)
{
    constexpr std::uint64_t last = 253402300799; // 9999-12-31T23:59:59Z
    if (seconds > last)
        return std::nullopt;
    return Poco::DateTimeFormatter::format(Poco::Timestamp::fromEpochTime(static_cast<std::time_t>(seconds)),
                                           Poco::DateTimeFormat::ISO8601_FORMAT);
}

Result<ShownPeer> ShownPeer::read(AnswerJson json)
{
    ShownPeer peer;
    peer.id = json.neededText("id");
    peer.ip = json.text("ip");
    peer.tcpPort = json.number("tcp_port");
    peer.udpPort = json.number("udp_port");
    peer.enode = json.text("enode");
    peer.expiresAt = json.text("expires_at");
    peer.liveness = json.text("liveness");
    peer.lastPong = json.text("last_pong");
    peer.roundTrip = json.real("rtt_ms");
    peer.origins = json.texts("origins");
    peer.labels = json.textsByName("labels");
    peer.enr = json.text("enr");
    peer.revision = json.text("revision");
    const auto good = json.check();
    return good ? Result<ShownPeer>(std::move(peer)) : failure(good.error());
}

Result<ShownPeer> ShownPeer::read(const std::string& text)
{
    const auto object = AnswerJson::object(text);
    return object ? read(AnswerJson(*object)) : failure(object.error());
}

std::string ShownPeer::address() const
{
    if (!ip)
        return "no address";
    const bool isV6 = ip->find(':') != std::string::npos;
    const std::string host = isV6 ? '[' + *ip + ']' : *ip;
    const auto port = tcpPort.value_or(0) != 0 ? tcpPort : udpPort;
    return port ? host + ':' + std::to_string(*port) : host;
}

Cell ShownPeer::labelCell() const
{
    std::string shown;
    for (const auto& [name, value] : labels)
        shown += (shown.empty() ? "" : " ") + quotedWhereNeeded(name) + '=' + quotedWhereNeeded(value);
    Cell cell = Cell::object({labels.begin(), labels.end()});
    return shown.empty() ? cell : std::move(cell).shownAs(shown);
}

Cell ShownPeer::expiry(const Clock& clock, bool toPeople) const
{
    Cell cell(expiresAt);
    if (!toPeople)
        return cell;
    if (!expiresAt)
        return std::move(cell).shownAs(never);
    const auto end = secondsOf(*expiresAt);
    if (!end)
        return cell;
    const auto left = *end - static_cast<std::int64_t>(clock.unixSeconds());
    return std::move(cell).shownAs(left > 0 ? spoken(left) : "over");
}

Record ShownPeer::record(bool toPeople) const
{
    Record record;
    record.add("id", id)
        .add("ip", ip)
        .add("tcp_port", "tcp", tcpPort)
        .add("udp_port", "udp", udpPort)
        .add("enode", enode)
        .add("expires_at", "expires",
             expiresAt || !toPeople ? Cell(expiresAt) : Cell(expiresAt).shownAs(never))
        .add("liveness", liveness)
        .add("last_pong", "last pong", lastPong)
        .add("rtt_ms", "round trip",
             roundTrip ? Cell::number(*roundTrip, roundTripDecimals)
                             .shownAs(Cell::number(*roundTrip, roundTripDecimals).shown() + " ms")
                       : Cell())
        .add("origins", Cell::list(origins))
        .add("labels", labelCell())
        .add("enr", enr)
        .add("revision", revision);
    return record;
}

Cell ShownPeer::summary() const
{
    return Cell::object({{"id", id},
                         {"ip", ip},
                         {"tcp_port", tcpPort},
                         {"udp_port", udpPort},
                         {"enode", enode},
                         {"labels", labelCell()},
                         {"enr", enr}});
}

} // namespace waymark::httpapi

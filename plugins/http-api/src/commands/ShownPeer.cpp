#include "commands/ShownPeer.h"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>
#include <Poco/Exception.h>

#include <array>
#include <utility>

namespace waymark::httpapi
{

namespace
{

using toolkit::Cell;
using toolkit::Record;

constexpr int roundTripDecimals = 3;

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

Cell ShownPeer::address() const
{
    if (!ip)
        return {};
    const bool isV6 = ip->find(':') != std::string::npos;
    std::string text = isV6 ? '[' + *ip + ']' : *ip;
    if (const auto port = tcpPort.value_or(0) != 0 ? tcpPort : udpPort)
        text += ':' + std::to_string(*port);
    if (udpPort && tcpPort.value_or(0) != 0 && *udpPort != *tcpPort)
        text += " udp " + std::to_string(*udpPort);
    return text;
}

Cell ShownPeer::labelCell() const
{
    return Cell::object({labels.begin(), labels.end()});
}

Cell ShownPeer::lease(const Clock& clock, bool toPeople) const
{
    Cell cell(expiresAt);
    if (!toPeople)
        return cell;
    if (!expiresAt)
        return std::move(cell).shownAs("for ever");
    const auto end = secondsOf(*expiresAt);
    if (!end)
        return cell;
    const auto left = *end - static_cast<std::int64_t>(clock.unixSeconds());
    return std::move(cell).shownAs(left > 0 ? spoken(left) : "over");
}

Record ShownPeer::record() const
{
    Record record;
    record.add("id", id)
        .add("ip", "address", Cell(ip).shownAs(address().shown()))
        .add("tcp_port", "", tcpPort)
        .add("udp_port", "", udpPort)
        .add("enode", enode)
        .add("expires_at", "registered until", Cell(expiresAt).shownAs(expiresAt.value_or("for ever")))
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

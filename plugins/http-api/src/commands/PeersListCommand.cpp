#include "commands/PeersListCommand.h"

#include "commands/ApiOptions.h"
#include "commands/PeerArgument.h"
#include "commands/PeerPages.h"

#include <waymark/toolkit/Listing.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandContext;
using plugin::CommandValues;
using plugin::ExitCode;
using toolkit::Cell;
using toolkit::Column;
using toolkit::Listing;

/// Programs get everything, people what fits on a line.
class PeerListing
{
public:
    PeerListing(const CommandContext& context, const CommandValues& values, const Clock& clock)
        : _clock(clock),
          _isWhole(values.has("json")),
          _isTable(context.terminal && !_isWhole),
          _width(context.width),
          _listing(Listing::list(context, values, _isWhole ? allColumns() : shownColumns()))
    {
    }

    void add(ShownPeer peer)
    {
        ++_size;
        if (_isTable)
            _waiting.push_back(std::move(peer)); // how wide the ids may be is known in the end
        else if (_isWhole)
            _listing.add({peer.id, peer.ip, peer.tcpPort, peer.udpPort, peer.enode, peer.expiresAt,
                          peer.liveness, peer.lastPong, roundTrip(peer), Cell::list(peer.origins),
                          peer.labelCell(), peer.enr});
        else
            _listing.add(row(peer, peer.id));
    }
    void end()
    {
        const std::size_t digits = digitsThatFit();
        for (const ShownPeer& peer : _waiting)
            _listing.add(row(peer, PeerArgument::brief(peer.id, digits)));
        _waiting.clear();
        _listing.end();
    }
    std::size_t size() const noexcept { return _size; }

private:
    std::vector<Cell> row(const ShownPeer& peer, const std::string& id) const
    {
        return {id,           Cell::list(peer.origins), peer.ip, peer.tcpPort, peer.udpPort, peer.liveness,
                expiry(peer), peer.labelCell()};
    }
    Cell expiry(const ShownPeer& peer) const { return peer.expiry(_clock, _isTable); }

    /// As many as leave the other columns whole.
    std::size_t digitsThatFit() const
    {
        const auto columns = shownColumns();
        std::vector<std::size_t> widths;
        for (const Column& column : columns)
            widths.push_back(column.heading.size());
        for (const ShownPeer& peer : _waiting) {
            const auto cells = row(peer, "");
            for (std::size_t i = 1; i < cells.size(); ++i)
                widths[i] = std::max(widths[i], cells[i].shown().size());
        }
        constexpr std::size_t gap = 2;
        std::size_t others = 0;
        for (std::size_t i = 1; i < widths.size(); ++i)
            others += gap + widths[i];
        const std::size_t room = _width > others ? _width - others : 0;
        return std::clamp(room, PeerArgument::briefDigits, PeerArgument::wholeDigits);
    }

    static Cell roundTrip(const ShownPeer& peer)
    {
        constexpr int decimals = 3;
        return peer.roundTrip ? Cell::number(*peer.roundTrip, decimals) : Cell();
    }
    static std::vector<Column> allColumns()
    {
        std::vector<Column> columns;
        for (const char* field : {"id", "ip", "tcp_port", "udp_port", "enode", "expires_at", "liveness",
                                  "last_pong", "rtt_ms", "origins", "labels", "enr"})
            columns.push_back({field, field});
        return columns;
    }
    static std::vector<Column> shownColumns()
    {
        return {{"id", "ID"},
                {"origins", "ORIGINS"},
                {"ip", "IP"},
                {"tcp_port", "TCP", 0, true},
                {"udp_port", "UDP", 0, true},
                {"liveness", "LIVENESS"},
                {"expires_at", "EXPIRES"},
                {"labels", "LABELS"}};
    }

    const Clock& _clock;
    bool _isWhole;
    bool _isTable;
    std::size_t _width;
    Listing _listing;
    std::vector<ShownPeer> _waiting;
    std::size_t _size = 0;
};

} // namespace

const plugin::CommandLine& PeersListCommand::line() const
{
    static const plugin::CommandLine line = ApiOptions::withExitCodes(
        ApiOptions::withUrl(
            plugin::CommandLine(
                "http-api peers list",
                "Lists the peers that are registered with a daemon, in order of id. What is no "
                "terminal gets whole ids and times.")
                .takes(PeerArgument::labelOption("only peers with this label; with all of several")))
            .takes(Listing::jsonFlag())
            .example("waymark peers list --label namespace=main")
            .example("waymark peers list --json | jq -r '.[].enode'")
            .exits(ExitCode::ok, "these are all of them"));
    return line;
}

int PeersListCommand::run(const CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto client = TokenClient::open(*values);
    if (!client)
        return ApiOptions::complain(line(), context, client.error());
    PeerPages pages(*client, PeerArgument::labels(values->all("label")));
    PeerListing listing(context, *values, _clock);
    while (pages.more()) {
        auto page = pages.next();
        if (!page && pages.refusal())
            return ApiOptions::complain(line(), context, *pages.refusal());
        if (!page)
            return ApiOptions::complain(line(), context, page.error());
        for (ShownPeer& peer : *page)
            listing.add(std::move(peer));
    }
    if (listing.size() == 0 && context.terminal && !values->has("json"))
        context.error << (values->has("label") ? "no registered peer has these labels\n"
                                               : "no peers are registered\n");
    listing.end();
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::httpapi

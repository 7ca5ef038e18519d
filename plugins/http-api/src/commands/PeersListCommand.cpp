#include "commands/PeersListCommand.h"

#include "commands/ApiOptions.h"
#include "commands/PeerArgument.h"
#include "commands/PeerPages.h"

#include <waymark/toolkit/Listing.h>

#include <ostream>
#include <string>
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
          _isBrief(context.terminal),
          _listing(Listing::list(context, values, _isWhole ? allColumns() : shownColumns()))
    {
    }

    void add(const ShownPeer& peer)
    {
        if (_isWhole)
            _listing.add({peer.id, peer.ip, peer.tcpPort, peer.udpPort, peer.enode, peer.expiresAt,
                          peer.liveness, peer.lastPong, roundTrip(peer), Cell::list(peer.origins),
                          peer.labelCell(), peer.enr});
        else
            _listing.add({_isBrief ? PeerArgument::brief(peer.id) : peer.id, Cell::list(peer.origins),
                          peer.address(), peer.liveness, peer.lease(_clock, _isBrief), peer.labelCell()});
    }
    void end() { _listing.end(); }
    std::size_t size() const noexcept { return _listing.size(); }

private:
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
        return {{"id", "PEER"},        {"origins", "ORIGIN"},   {"address", "ADDRESS"},
                {"liveness", "STATE"}, {"expires_at", "LEASE"}, {"labels", "LABELS"}};
    }

    const Clock& _clock;
    bool _isWhole;
    bool _isBrief;
    Listing _listing;
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
        const auto page = pages.next();
        if (!page && pages.refusal())
            return ApiOptions::complain(line(), context, *pages.refusal());
        if (!page)
            return ApiOptions::complain(line(), context, page.error());
        for (const ShownPeer& peer : *page)
            listing.add(peer);
    }
    if (listing.size() == 0 && context.terminal && !values->has("json"))
        context.error << (values->has("label") ? "no registered peer has these labels\n"
                                               : "no peers are registered\n");
    listing.end();
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::httpapi

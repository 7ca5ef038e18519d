#include "commands/listen/ListenCommand.h"

#include "commands/NodeArguments.h"
#include "commands/listen/Listener.h"

#include <waymark/node/Enode.h>
#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Record.h>

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <optional>
#include <ostream>
#include <set>
#include <utility>
#include <vector>

namespace waymark::discv4
{

namespace
{

using plugin::CommandArgument;
using plugin::ExitCode;
using toolkit::Cell;

/// The time of day is enough for people.
Cell timeNow(bool isTerminal)
{
    const Poco::Timestamp now;
    const Cell whole(Poco::DateTimeFormatter::format(now, "%Y-%m-%dT%H:%M:%S.%iZ"));
    return isTerminal ? Cell(whole).shownAs(Poco::DateTimeFormatter::format(now, "%H:%M:%S.%i")) : whole;
}

/// What is printed while the node is there.
class Report
{
public:
    explicit Report(const Asked& asked)
        : _asked(asked),
          _showsPackets(asked.values.has("packets")),
          _listing(toolkit::Listing::stream(asked.context, asked.values, columns(_showsPackets)))
    {
    }

    void identity(const EphemeralNode& local, const node::Enr& record, const char* event) const
    {
        toolkit::Record shown;
        shown.add("event", "", event);
        if (const auto endpoint = local.advertised())
            shown.add("enode", node::Enode::advertised(local.key(), *endpoint).toString());
        shown.add("enr", record.toString()).print(_asked.context, _asked.values);
    }

    void node(const discovery::NodeEvent& event)
    {
        const bool isFound = event.kind == discovery::NodeEvent::Kind::found;
        _found += isFound ? 1 : 0;
        add(isFound ? "found" : "lost", event.node.endpoint.udpEndpoint(), idOf(event.node.key), {});
    }

    void packet(const Listener::Packet& packet)
    {
        add(packet.isOutgoing ? "out" : "in", packet.remote, packet.sender ? idOf(*packet.sender) : Cell(),
            packet);
    }

    std::uint64_t found() const noexcept { return _found; }

private:
    static std::vector<toolkit::Column> columns(bool showsPackets)
    {
        std::vector<toolkit::Column> made{
            {"time", "TIME", 12}, {"event", "EVENT", 5}, {"address", "ADDRESS", 21}};
        if (showsPackets) {
            made.push_back({"packet", "PACKET", 11});
            made.push_back({"bytes", "BYTES", 5, true});
        }
        made.push_back({"public_key", "PUBLIC KEY"});
        return made;
    }

    void add(const char* event, const node::Endpoint& remote, const Cell& id,
             const std::optional<Listener::Packet>& packet)
    {
        std::vector<Cell> row{timeNow(_asked.context.terminal), event, remote.toString()};
        if (_showsPackets) {
            row.push_back(packet ? Cell(packet->what) : Cell());
            row.push_back(packet ? Cell(packet->size) : Cell());
        }
        row.push_back(id);
        _listing.add(std::move(row));
    }

    /// A whole one takes two lines of a terminal, where nobody copies it from.
    Cell idOf(const node::PublicKey& key) const
    {
        constexpr std::size_t shownDigits = 12;
        const std::string id = key.hex();
        return _asked.context.terminal ? Cell(id).shownAs(id.substr(0, shownDigits) + "...") : Cell(id);
    }

    const Asked& _asked;
    bool _showsPackets;
    toolkit::Listing _listing;
    std::uint64_t _found = 0;
};

template <class Value>
OrExit<std::vector<Value>> onePerFamily(const Asked& asked, const std::string& option)
{
    std::vector<Value> read;
    std::set<node::IpFamily> families;
    for (const std::string& text : asked.values.all(option)) {
        const auto value = Value::parse(text);
        if (!value)
            return tl::unexpected(
                asked.line.refuse(asked.context, "--" + option + ": " + value.error().message));
        node::IpFamily family{};
        if constexpr (std::is_same_v<Value, node::Endpoint>)
            family = value->ip.family();
        else
            family = value->family();
        if (!families.insert(family).second)
            return tl::unexpected(
                asked.line.refuse(asked.context, "--" + option + " is given twice for one address family"));
        read.push_back(*value);
    }
    return read;
}

int listen(const Asked& asked, node::SecretKey key, const Listener::Options& options)
{
    Listener listener(std::move(key), options);
    if (const auto opened = listener.open(); !opened)
        return asked.fail(ExitCode::unavailable, "--listen: " + opened.error().message);
    const toolkit::Interruption interruption;
    Report report(asked);
    report.identity(listener.local(), *listener.local().record(), "listening");
    Listener::Watchers watchers;
    watchers.node = [&](const discovery::NodeEvent& event) {
        report.node(event);
    };
    watchers.record = [&](const node::Enr& record) {
        report.identity(listener.local(), record, "address");
    };
    if (asked.values.has("packets"))
        watchers.packet = [&](const Listener::Packet& packet) {
            report.packet(packet);
        };
    watchers.isWanted = [&] {
        return !asked.context.out.fail();
    };
    listener.run(watchers, interruption);
    if (asked.context.errorTerminal)
        asked.context.error << '\n'; // behind "^C"
    asked.context.error << asked.line.command() << ": nodes: " << report.found() << " found, "
                        << listener.nodeCount() << " there at the end; packets: " << listener.packetsIn()
                        << " in, " << listener.packetsOut() << " out\n";
    return static_cast<int>(ExitCode::ok);
}

} // namespace

const plugin::CommandLine& ListenCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine(
            "discv4 listen",
            "Is a node of a discv4 network until it is stopped: answers, looks for others, and prints "
            "a line for each that it finds or loses.")
            .takes(CommandArgument::option("listen", "ADDRESS:PORT")
                       .needs("an address and a port")
                       .repeatable()
                       .defaultsTo("0.0.0.0:0")
                       .help("where to bind, once for each address family; port 0: a free one"))
            .takes(CommandArgument::option("external-ip", "ADDRESS")
                       .needs("an IP address")
                       .repeatable()
                       .help("what to advertise, where others reach it at another address than it binds"))
            .takes(bootnodesOption("whom to ask first: enode URLs or ENRs with commas between, or @FILE"))
            .takes(CommandArgument::flag("packets").help("print a line for each packet, too"))
            .takes(keyOption())
            .takes(toolkit::Listing::jsonFlag())
            .example("waymark discv4 listen --listen 127.0.0.1:0 --bootnodes enode://...@127.0.0.1:30303")
            .exits(ExitCode::ok, "it was stopped")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::unavailable, "the address cannot be bound")
            .exits(ExitCode::io, "the file of bootnodes cannot be read")
            .exits(ExitCode::keyFile, "the key file cannot be used");
    return line;
}

int ListenCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const Asked asked{line(), context, *values};
    auto places = onePerFamily<node::Endpoint>(asked, "listen");
    if (!places)
        return places.error();
    auto external = onePerFamily<node::IpAddress>(asked, "external-ip");
    if (!external)
        return external.error();
    auto key = readIdentity(asked);
    if (!key)
        return key.error();
    auto bootnodes = readBootnodes(asked);
    if (!bootnodes)
        return bootnodes.error();
    return listen(asked, *std::move(key), {*std::move(places), *std::move(external), *std::move(bootnodes)});
}

} // namespace waymark::discv4

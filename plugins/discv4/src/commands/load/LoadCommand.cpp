#include "commands/load/LoadCommand.h"

#include "commands/NodeArguments.h"
#include "commands/load/Generator.h"
#include "commands/load/LoadReport.h"
#include "commands/load/SocketAskers.h"

#include <waymark/plugin/CommandLine.h>
#include <waymark/toolkit/Interruption.h>
#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Progress.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>

namespace waymark::discv4::load
{

namespace
{

using plugin::CommandArgument;
using plugin::ExitCode;

constexpr std::uint64_t mostRequests = 1'000'000;
constexpr std::uint64_t mostIdentities = 100'000;
constexpr std::uint64_t mostAddresses = 65'000;

Result<void> isMix(const std::string& value)
{
    const auto mix = Mix::parse(value);
    return mix ? Result<void>() : failure(mix.error());
}

struct Setup
{
    Plan plan;
    std::size_t identities = 1;
    std::size_t addresses = 1; ///< of loopback, from which they ask in turn
};

OrExit<Setup> setupOf(const Asked& asked)
{
    const auto& values = asked.values;
    const auto refuse = [&](const std::string& message) {
        return tl::unexpected(asked.line.refuse(asked.context, message));
    };
    if (values.has("rate") == values.has("closed"))
        return refuse(
            "either --rate N (an open loop) or --closed N (a closed one) says how much load there is to be");
    const auto timeout = readTimeout(asked);
    if (!timeout)
        return tl::unexpected(timeout.error());
    const auto duration =
        readDuration(asked, "duration", std::chrono::milliseconds(1), std::chrono::hours(24 * 7));
    if (!duration)
        return tl::unexpected(duration.error());
    const auto node = readPlace(asked);
    if (!node)
        return tl::unexpected(node.error());
    Setup setup;
    Plan& plan = setup.plan;
    plan.target = node->endpoint.udpEndpoint();
    plan.key = node->key;
    plan.rate = values.has("rate") ? values.integer("rate") : 0;
    plan.inFlight = values.has("closed") ? values.integer("closed") : 0;
    plan.timeout = *timeout;
    plan.duration = *duration;
    plan.mix = Mix::parse(values.text("mix")).value();
    setup.identities = static_cast<std::size_t>(values.integer("identities"));
    setup.addresses = static_cast<std::size_t>(values.integer("addresses"));
    const bool isOnLoopback = plan.target.ip.isV4() && plan.target.ip.scope() == node::IpScope::loopback;
    if (setup.addresses > 1 && !isOnLoopback)
        return refuse(
            "--addresses: only on IPv4 loopback has this machine more than one address to ask from");
    if (setup.addresses > setup.identities)
        return refuse("--addresses: there are more of them than --identities");
    return setup;
}

} // namespace

const plugin::CommandLine& LoadCommand::line() const
{
    static const plugin::CommandLine line =
        withFamilies(
            plugin::CommandLine(
                "discv4 load",
                "Puts a discv4 node under load from many made-up nodes and tells latencies, counted from "
                "the times at which requests were to leave. Only for nodes that are yours."))
            .takes(CommandArgument::option("rate", "N")
                       .needs("a number of requests a second")
                       .integer(1, mostRequests)
                       .help("open loop: so many requests a second, whatever becomes of them"))
            .takes(CommandArgument::option("closed", "N")
                       .needs("a number of requests")
                       .integer(1, mostRequests)
                       .help("closed loop: so many requests under way, the next when one ends"))
            .takes(
                CommandArgument::option("duration", "DURATION").duration().defaultsTo("10s").help("how long"))
            .takes(CommandArgument::option("mix", "P:F[:E]")
                       .check(isMix)
                       .defaultsTo("1:1")
                       .help("so many PINGs for so many FINDNODEs and ENRRequests"))
            .takes(CommandArgument::option("identities", "N")
                       .needs("a number of nodes")
                       .integer(1, mostIdentities)
                       .defaultsTo("100")
                       .help("from so many nodes with keys, ports and endpoint proofs of their own"))
            .takes(CommandArgument::option("addresses", "N")
                       .needs("a number of addresses")
                       .integer(1, mostAddresses)
                       .defaultsTo("1")
                       .help("and from so many addresses, on loopback, each of another /24"))
            .takes(timeoutOption("1s", "after which a request counts as lost"))
            .takes(CommandArgument::flag("histogram")
                       .help("print HdrHistogram's distribution of percentiles, too"))
            .takes(toolkit::Listing::jsonFlag())
            .takes(nodeOperand())
            .example("waymark discv4 load --rate 2000 --mix 3:1 enode://...@127.0.0.1:30303")
            .exits(ExitCode::ok, "the node answered")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::unavailable, "it answered nothing, or there are no sockets to ask with");
    return line;
}

int LoadCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto setup = setupOf({line(), context, *values});
    if (!setup)
        return setup.error();
    const SystemClock clock;
    const toolkit::Interruption interruption;
    const auto askers =
        SocketAskers::open(setup->plan.target, setup->identities, setup->addresses, interruption);
    if (!askers)
        return line().fail(context, ExitCode::unavailable, askers.error().message);
    std::map<std::string, toolkit::Progress> stages;
    Generator generator(
        setup->plan, **askers, clock, interruption,
        [&](const char* what, std::uint64_t done, std::uint64_t total, const std::string& note) {
            stages.try_emplace(what, context, clock, what).first->second.update(done, total, note);
        });
    const auto prepared = generator.prepare();
    if (!prepared) {
        stages.clear();
        const bool isMute = prepared.error().code == ErrorCode::unavailable;
        const auto why = isMute ? whyNoAnswer(setup->plan.node(), interruption) : std::nullopt;
        return line().fail(context, ExitCode::unavailable, why.value_or(prepared.error().message));
    }
    generator.run();
    stages.clear();
    printReport(context, *values, generator);
    warn(context, generator);
    const bool answered = std::ranges::any_of(
        everyKind, [&](Kind kind) { return generator.ledger().counts(kind).answered > 0; });
    return static_cast<int>(answered ? ExitCode::ok : ExitCode::unavailable);
}

} // namespace waymark::discv4::load

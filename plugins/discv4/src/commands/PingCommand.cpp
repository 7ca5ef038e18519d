#include "commands/PingCommand.h"

#include "Settings.h"
#include "commands/PingProbe.h"

#include <waymark/plugin/CommandLine.h>

#include <chrono>
#include <cstdint>
#include <iomanip>
#include <optional>
#include <ostream>
#include <string>

namespace waymark::discv4
{

namespace
{

constexpr unsigned most = 600'000;

using plugin::CommandArgument;

const plugin::CommandLine& commandLine()
{
    static const plugin::CommandLine line =
        plugin::CommandLine("discv4 ping", "Asks a discv4 node for a PONG and shows how long it took.")
            .takes(CommandArgument::option("count", "N")
                       .needs("a number of pings")
                       .integer(1, most)
                       .defaultsTo("1")
                       .help("how many pings, a second apart at least"))
            .takes(CommandArgument::option("timeout", "MILLISECONDS")
                       .needs("a number of milliseconds, without a unit,")
                       .integer(1, most)
                       .defaultsTo("1000")
                       .help("how long to wait for each answer"))
            .takes(CommandArgument::flag("json").help("one JSON object for each ping"))
            .takes(CommandArgument::operand("NODE")
                       .needs("an enode URL or an ENR")
                       .help("an enode URL (enode://...@127.0.0.1:30303) or an ENR (enr:...)"))
            .example("waymark discv4 ping --count 3 enr:-...")
            .exits(plugin::ExitCode::ok, "the node answered")
            .exits(plugin::ExitCode::usage, "the arguments are wrong")
            .exits(plugin::ExitCode::unavailable, "it did not answer, or there is no socket to ask with");
    return line;
}

double milliseconds(Duration duration)
{
    return std::chrono::duration<double, std::milli>(duration).count();
}

void print(std::ostream& out, const plugin::CommandValues& values, const node::Endpoint& from,
           const std::optional<PingProbe::Answer>& answer)
{
    out << std::fixed << std::setprecision(3);
    if (values.has("json")) {
        out << R"({"address":")" << from.toString() << R"(","answered":)" << (answer ? "true" : "false");
        if (answer)
            out << R"(,"round_trip_ms":)" << milliseconds(answer->roundTrip);
        if (answer && answer->enrSeq)
            out << R"(,"enr_seq":)" << *answer->enrSeq;
        out << "}\n";
    } else if (answer) {
        out << "pong from " << from.toString() << ": time=" << milliseconds(answer->roundTrip) << " ms";
        if (answer->enrSeq)
            out << " enr-seq=" << *answer->enrSeq;
        out << '\n';
    } else {
        out << "no answer from " << from.toString() << " within " << values.text("timeout") << " ms\n";
    }
    out.flush();
}

} // namespace

const plugin::CommandLine& PingCommand::line() const
{
    return commandLine();
}

int PingCommand::run(const plugin::CommandContext& context)
{
    const auto& line = commandLine();
    const auto values = line.read(context);
    if (!values)
        return values.error();
    const auto target = parseNode(values->text("NODE"));
    if (!target)
        return line.refuse(context, target.error().message);
    auto probe = PingProbe::open(*target);
    if (!probe)
        return line.fail(context, plugin::ExitCode::unavailable, probe.error().message);
    bool answered = false;
    for (std::uint64_t i = 0; i < values->integer("count"); ++i) {
        const auto answer = (*probe)->ping(std::chrono::milliseconds(values->integer("timeout")));
        if (!answer)
            return line.fail(context, plugin::ExitCode::unavailable, answer.error().message);
        print(context.out, *values, target->endpoint.udpEndpoint(), *answer);
        answered = answered || answer->has_value();
    }
    return static_cast<int>(answered ? plugin::ExitCode::ok : plugin::ExitCode::unavailable);
}

} // namespace waymark::discv4

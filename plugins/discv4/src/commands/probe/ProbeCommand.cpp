#include "commands/probe/ProbeCommand.h"

#include "commands/NodeArguments.h"
#include "commands/probe/Check.h"
#include "commands/probe/Report.h"
#include "commands/probe/Session.h"

#include <waymark/plugin/CommandLine.h>
#include <waymark/toolkit/Interruption.h>
#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Progress.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ostream>
#include <poll.h>

namespace waymark::discv4::probe
{

namespace
{

using plugin::CommandArgument;
using plugin::ExitCode;
using toolkit::Interruption;

/// Until the descriptor can be read, the time is over, or a signal comes: then false.
bool waitFor(int descriptor, Duration patience, const Interruption& interruption)
{
    constexpr Duration longest = std::chrono::hours(1);
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(std::clamp(patience, Duration::zero(), longest));
    std::array<pollfd, 2> waiting{{{interruption.descriptor(), POLLIN, 0}, {descriptor, POLLIN, 0}}};
    ::poll(waiting.data(), descriptor < 0 ? 1 : 2, static_cast<int>(left.count()));
    return !interruption.requested();
}

Result<void> isAddress(const std::string& value)
{
    const auto ip = node::IpAddress::parse(value);
    return ip ? Result<void>() : failure(ip.error());
}

std::vector<std::string> groups()
{
    std::vector<std::string> names;
    for (const Check& check : allChecks())
        if (names.empty() || names.back() != check.group())
            names.push_back(check.group());
    return names;
}

OrExit<SessionOptions> optionsOf(const Asked& asked)
{
    const auto timeout = readTimeout(asked);
    if (!timeout)
        return tl::unexpected(timeout.error());
    const auto silence = readDuration(asked, "silence", std::chrono::milliseconds(1), std::chrono::hours(1));
    if (!silence)
        return tl::unexpected(silence.error());
    const auto interval = readDuration(asked, "interval", Duration::zero(), std::chrono::hours(1));
    if (!interval)
        return tl::unexpected(interval.error());
    SessionOptions options{*timeout, *silence, *interval, {}};
    if (const auto second = asked.values.find("second-address"))
        options.secondAddress = node::IpAddress::parse(*second).value();
    return options;
}

std::vector<Check> chosen(const plugin::CommandValues& values)
{
    const auto only = values.all("only");
    std::vector<Check> checks = allChecks();
    if (!only.empty())
        std::erase_if(
            checks, [&](const Check& check) { return std::ranges::find(only, check.group()) == only.end(); });
    return checks;
}

/// Tries one after the other until a signal comes.
void tryAll(const std::vector<Check>& checks, Session& session, Report& report, toolkit::Progress& progress)
{
    for (const Check& check : checks) {
        progress.update(report.size(), checks.size(), check.id);
        try {
            report.add(check, check.run(session));
        } catch (const Interrupted&) {
            return;
        } catch (const NoSocket& error) {
            report.add(check, skip(error.what()));
        }
    }
}

} // namespace

const plugin::CommandLine& ProbeCommand::line() const
{
    static const plugin::CommandLine line =
        withFamilies(plugin::CommandLine(
                         "discv4 probe",
                         "Tries a discv4 server against the rules of the protocol: endpoint proof, expiry, "
                         "amplification, wrong endpoints, framing, and what is in its answers."))
            .takes(CommandArgument::option("only", "GROUP")
                       .oneOf(groups())
                       .repeatable()
                       .help("only the checks of this group"))
            .takes(timeoutOption("1s", "how long to wait for each answer"))
            .takes(CommandArgument::option("silence", "DURATION")
                       .duration()
                       .defaultsTo("500ms")
                       .help("how long nothing may come where the node must not answer"))
            .takes(CommandArgument::option("interval", "DURATION")
                       .duration()
                       .defaultsTo("20ms")
                       .help("pause between two packets; longer for nodes that limit an address to few"))
            .takes(CommandArgument::option("second-address", "IP")
                       .check(isAddress)
                       .help("another address of this machine, from which a proven id must be refused; on "
                             "loopback there is one by itself"))
            .takes(CommandArgument::flag("tap").help("print TAP version 13, for test harnesses"))
            .takes(toolkit::Listing::jsonFlag())
            .takes(nodeOperand())
            .example("waymark discv4 probe enode://...@127.0.0.1:30303")
            .example("waymark discv4 probe --only proof --tap enr:-...")
            .exits(ExitCode::ok, "every check that could be tried passed")
            .exits(ExitCode::failedCheck, "one failed, or the probe was interrupted")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::unavailable, "the node does not answer, or there is no socket to ask with");
    return line;
}

int ProbeCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    if (values->has("tap") && values->has("json"))
        return line().refuse(context, "--tap and --json are two forms of the same; take one");
    const Asked asked{line(), context, *values};
    const auto options = optionsOf(asked);
    if (!options)
        return options.error();
    const auto target = readPlace(asked);
    if (!target)
        return target.error();
    const SystemClock clock;
    const Interruption interruption;
    const auto wait = [&](int descriptor, Duration patience) {
        return waitFor(descriptor, patience, interruption);
    };
    const std::vector<Check> checks = chosen(*values);
    Report report(checks.size());
    try {
        Session session(*target, *options, clock, wait);
        toolkit::Progress progress(context, clock, "probing");
        if (const auto begun = session.begin(); !begun) {
            progress.wipe();
            return line().fail(context, ExitCode::unavailable,
                               whyNoAnswer(*target, interruption).value_or(begun.error().message));
        }
        tryAll(checks, session, report, progress);
    } catch (const Interrupted&) {
        return line().fail(context, ExitCode::failedCheck, "interrupted before the node answered");
    } catch (const NoSocket& error) {
        return line().fail(context, ExitCode::unavailable, error.what());
    }
    report.print(context, *values);
    context.error << report.summary() << '\n';
    return static_cast<int>(report.isWhole() && report.count(Verdict::fail) == 0 ? ExitCode::ok
                                                                                 : ExitCode::failedCheck);
}

} // namespace waymark::discv4::probe

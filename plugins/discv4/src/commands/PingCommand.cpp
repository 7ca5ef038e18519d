#include "commands/PingCommand.h"

#include "Settings.h"
#include "commands/PingProbe.h"

#include <waymark/plugin/Plugin.h>

#include <charconv>
#include <iomanip>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace waymark::discv4
{

namespace
{

constexpr std::string_view usage =
    "usage: waymark discv4 ping [--count N] [--timeout MILLISECONDS] [--json] NODE\n"
    "\n"
    "Asks a discv4 node for a PONG and shows how long it took.\n"
    "NODE is an enode URL (enode://...@127.0.0.1:30303) or an ENR (enr:...).\n"
    "\n"
    "  --count N               how many pings, a second apart at least (1)\n"
    "  --timeout MILLISECONDS  how long to wait for each answer (1000)\n"
    "  --json                  one JSON object for each ping\n"
    "\n"
    "The exit code is 0 when the node answered, 69 when it did not.\n";

struct Arguments
{
    unsigned count = 1;
    unsigned timeout = 1'000;
    bool json = false;
    bool help = false;
    std::string node;
};

std::optional<unsigned> number(const std::string& text, unsigned highest)
{
    unsigned value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || rest != end || value == 0 || value > highest)
        return std::nullopt;
    return value;
}

Result<Arguments> parse(const std::vector<std::string>& words)
{
    Arguments arguments;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--help" || word == "-h") {
            arguments.help = true;
        } else if (word == "--json") {
            arguments.json = true;
        } else if (word == "--count" || word == "--timeout") {
            const auto value = i + 1 < words.size() ? number(words[++i], 600'000) : std::nullopt;
            if (!value)
                return failure(ErrorCode::invalidArgument,
                               word + " needs a number " +
                                   (word == "--timeout" ? "of milliseconds " : "of pings ") +
                                   "from 1 to 600000, without a unit");
            (word == "--count" ? arguments.count : arguments.timeout) = *value;
        } else if (word.starts_with("-") || !arguments.node.empty()) {
            return failure(ErrorCode::invalidArgument, "unexpected argument '" + word + "'");
        } else {
            arguments.node = word;
        }
    }
    if (arguments.node.empty() && !arguments.help)
        return failure(ErrorCode::invalidArgument, "NODE is missing: an enode URL or an ENR");
    return arguments;
}

int code(plugin::ExitCode exitCode)
{
    return static_cast<int>(exitCode);
}

double milliseconds(Duration duration)
{
    return std::chrono::duration<double, std::milli>(duration).count();
}

void print(std::ostream& out, const Arguments& arguments, const node::Endpoint& from,
           const std::optional<PingProbe::Answer>& answer)
{
    out << std::fixed << std::setprecision(3);
    if (arguments.json) {
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
        out << "no answer from " << from.toString() << " within " << arguments.timeout << " ms\n";
    }
    out.flush();
}

} // namespace

int PingCommand::run(const plugin::CommandContext& context)
{
    const auto arguments = parse(context.arguments);
    if (!arguments) {
        context.error << "discv4 ping: " << arguments.error().message << "; see --help\n";
        return code(plugin::ExitCode::usage);
    }
    if (arguments->help) {
        context.out << usage;
        return code(plugin::ExitCode::ok);
    }
    const auto target = parseNode(arguments->node);
    if (!target) {
        context.error << "discv4 ping: " << target.error().message << "; see --help\n";
        return code(plugin::ExitCode::usage);
    }
    auto probe = PingProbe::open(*target);
    if (!probe) {
        context.error << "discv4 ping: " << probe.error().message << '\n';
        return code(plugin::ExitCode::addressInUse);
    }
    bool answered = false;
    for (unsigned i = 0; i < arguments->count; ++i) {
        const auto answer = (*probe)->ping(std::chrono::milliseconds(arguments->timeout));
        if (!answer) {
            context.error << "discv4 ping: " << answer.error().message << '\n';
            return code(plugin::ExitCode::addressInUse);
        }
        print(context.out, *arguments, target->endpoint.udpEndpoint(), *answer);
        answered = answered || answer->has_value();
    }
    return code(answered ? plugin::ExitCode::ok : plugin::ExitCode::addressInUse);
}

} // namespace waymark::discv4

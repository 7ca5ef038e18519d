#include "commands/FindNodeCommand.h"

#include "client/NodeClient.h"
#include "client/SystemClientPort.h"
#include "commands/NodeArguments.h"
#include "commands/Target.h"
#include "engine/Distance.h"

#include <waymark/base/Random.h>
#include <waymark/toolkit/Interruption.h>
#include <waymark/toolkit/Listing.h>

#include <algorithm>
#include <optional>
#include <ostream>

namespace waymark::discv4
{

namespace
{

using client::Answer;
using client::NeighborsAnswer;
using plugin::ExitCode;

void print(const Asked& asked, const Target& target, NeighborsAnswer answer)
{
    auto listing = toolkit::Listing::list(asked.context, asked.values,
                                          {{"distance", "DISTANCE", 0, true},
                                           {"ip", "IP"},
                                           {"tcp_port", "TCP", 0, true},
                                           {"udp_port", "UDP", 0, true},
                                           {"public_key", "PUBLIC KEY"}});
    std::ranges::sort(answer.nodes, [&](const wire::Neighbor& left, const wire::Neighbor& right) {
        return engine::isNearer(target.hash, left.key.nodeId(), right.key.nodeId());
    });
    for (const wire::Neighbor& told : answer.nodes)
        listing.add({engine::logDistance(target.hash, told.key.nodeId()), told.endpoint.ip.toString(),
                     told.endpoint.tcp, told.endpoint.udp, told.key.hex()});
    listing.end();
    for (const auto& refused : answer.refused)
        asked.line.complain(asked.context, "left out " + refused.node.endpoint.udpEndpoint().toString() +
                                               " (" + refused.node.key.hex().substr(0, 16) +
                                               "...): " + std::string(refused.reason));
    if (answer.nodes.empty())
        asked.line.complain(asked.context, "the node answered that it knows no " +
                                               std::string(answer.refused.empty() ? "" : "other ") +
                                               "nodes to tell of");
}

int find(const Asked& asked, const Question& question, const Target& target)
{
    const SystemClock clock;
    client::SystemClientPort port;
    client::NodeClient client(question.key, port, clock, clientOptions(asked));
    std::optional<Answer<NeighborsAnswer>> answer;
    client.findNode(question.node, target.key, question.timeout, [&](const auto& got) { answer = got; });
    const toolkit::Interruption interruption;
    client.run(&interruption);
    if (!answer)
        return asked.fail(ExitCode::unavailable, "stopped before an answer came");
    if (!*answer)
        return asked.fail(ExitCode::unavailable, answer->error().message);
    print(asked, target, **std::move(answer));
    return static_cast<int>(ExitCode::ok);
}

} // namespace

const plugin::CommandLine& FindNodeCommand::line() const
{
    static const plugin::CommandLine line =
        withFamilies(
            plugin::CommandLine("discv4 findnode",
                                "Asks a discv4 node for the nodes that it knows nearest to a target, "
                                "after the endpoint proofs. Nearest first; the distance is the "
                                "position of the highest bit in which the hashes of both ids differ."))
            .takes(timeoutOption("1s", "how long to wait for each answer"))
            .takes(triesOption())
            .takes(keyOption())
            .takes(toolkit::Listing::jsonFlag())
            .takes(nodeOperand())
            .takes(plugin::CommandArgument::operand("TARGET")
                       .needs("an id, an enode URL, an ENR or a hash")
                       .optional()
                       .help("an id (128 hex digits), an enode URL, an ENR or a hash (64 hex digits, near to "
                             "which a "
                             "target is tried out); without it a random one"))
            .example("waymark discv4 findnode enode://...@127.0.0.1:30303")
            .exits(ExitCode::ok, "the node answered, perhaps with no nodes")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::unavailable, "it did not answer, or there is no way to it")
            .exits(ExitCode::keyFile, "the key file cannot be used");
    return line;
}

int FindNodeCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const Asked asked{line(), context, *values};
    SystemRandom random;
    const auto text = values->find("TARGET");
    const auto target = text ? readTarget(asked, *text, random) : OrExit<Target>(randomTarget(random));
    if (!target)
        return target.error();
    const auto question = readQuestion(asked);
    return question ? find(asked, *question, *target) : question.error();
}

} // namespace waymark::discv4

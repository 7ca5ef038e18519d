#pragma once

#include "Bootnode.h"
#include "client/NodeClient.h"
#include "wire/Message.h"

#include <waymark/base/Clock.h>
#include <waymark/node/Key.h>
#include <waymark/plugin/Command.h>
#include <waymark/plugin/CommandArgument.h>
#include <waymark/plugin/CommandLine.h>
#include <waymark/plugin/CommandValues.h>
#include <waymark/toolkit/Interruption.h>
#include <waymark/toolkit/NodeFlaw.h>

#include <optional>
#include <string>
#include <vector>

/// What the commands that ask nodes take, and how they read it. Where something is wrong it is said on
/// context.error, and what is returned instead is the exit code.
namespace waymark::discv4
{

template <class T>
using OrExit = tl::expected<T, int>;

/// NODE: an enode URL, its host an address or a name, or an ENR.
plugin::CommandArgument nodeOperand();
/// --key FILE
plugin::CommandArgument keyOption();
/// --timeout DURATION
plugin::CommandArgument timeoutOption(std::string usual, std::string help);
/// --tries N
plugin::CommandArgument triesOption();
/// --ipv4 and --ipv6, for a NODE that has both: without them IPv4.
plugin::CommandLine withFamilies(plugin::CommandLine line);
/// --bootnodes LIST
plugin::CommandArgument bootnodesOption(std::string help);

/// What a command reads its arguments with.
struct Asked
{
    const plugin::CommandLine& line;
    const plugin::CommandContext& context;
    const plugin::CommandValues& values;

    int fail(plugin::ExitCode code, const std::string& message) const
    {
        return line.fail(context, code, message);
    }
};

/// Complains about an argument's text, points at what is wrong, and is the exit code for it.
int refuseText(const Asked& asked, const std::string& argument, const std::string& text,
               const toolkit::NodeFlaw& flaw);
/// The node that `text` names; `argument` is what errors call it. A wrong one is pointed at.
OrExit<Bootnode> readNode(const Asked& asked, const std::string& argument, const std::string& text);
/// Where it is, once at least: a name is looked up, which waits for the system.
OrExit<std::vector<wire::Neighbor>> placesOf(const Asked& asked, const Bootnode& node);
/// The first of them.
OrExit<wire::Neighbor> placeOf(const Asked& asked, const Bootnode& node);
/// Both, for the operand NODE, of the family that --ipv4 or --ipv6 asks for.
OrExit<wire::Neighbor> readPlace(const Asked& asked);
/// All of --bootnodes: separated by commas, or one a line in a file "@FILE". Names are looked up.
OrExit<std::vector<wire::Neighbor>> readBootnodes(const Asked& asked);
/// Why a node that was asked in vain does not answer, when this machine's system knows: the port is closed,
/// or there is no way. Asks once more; nothing when it does not say.
std::optional<std::string> whyNoAnswer(const wire::Neighbor& node, const toolkit::Interruption& interruption);
/// A duration between two bounds.
OrExit<Duration> readDuration(const Asked& asked, const std::string& name, Duration least, Duration most);
/// --timeout: from a millisecond to a day.
OrExit<Duration> readTimeout(const Asked& asked);
/// The key of --key, else a new one for this run.
OrExit<node::SecretKey> readIdentity(const Asked& asked);

/// With --tries, where the command has it.
client::NodeClient::Options clientOptions(const Asked& asked);

/// What is asked of one node: --timeout, --key and NODE.
struct Question
{
    Duration timeout;
    node::SecretKey key;
    wire::Neighbor node;
};
OrExit<Question> readQuestion(const Asked& asked);

} // namespace waymark::discv4

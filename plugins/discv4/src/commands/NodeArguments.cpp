#include "commands/NodeArguments.h"

#include "client/SystemClientPort.h"

#include <waymark/base/Random.h>
#include <waymark/node/KeyFile.h>

#include <Poco/Exception.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <utility>

namespace waymark::discv4
{

namespace
{

using plugin::CommandArgument;
using plugin::ExitCode;

/// The system's addresses for a name, IPv4 first.
Result<std::vector<node::IpAddress>> lookUp(const std::string& name)
{
    std::vector<node::IpAddress> found;
    try {
        const auto entry = Poco::Net::DNS::hostByName(name);
        for (const auto& address : entry.addresses()) {
            const auto ip = node::IpAddress::fromBytes(
                {static_cast<const Byte*>(address.addr()), static_cast<std::size_t>(address.length())});
            if (ip)
                found.insert(ip->isV4() ? found.begin() : found.end(), *ip);
        }
    } catch (const Poco::Exception& error) {
        return failure(ErrorCode::unavailable, "the name " + name +
                                                   " has no address: " + error.displayText() +
                                                   "; check how it is written, and the name server");
    }
    if (found.empty())
        return failure(ErrorCode::notFound, "the name " + name + " has no address");
    return found;
}

/// Bootnodes as they are given: a list, or a file with a list.
struct GivenBootnodes
{
    std::string text;
    std::string file; ///< empty when they are on the command line
};

Result<GivenBootnodes> readGiven(const std::string& given)
{
    if (!given.starts_with('@'))
        return GivenBootnodes{given, {}};
    const std::string name = given.substr(1);
    std::ifstream file(name);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf()))
        return failure(ErrorCode::io, "--bootnodes: the file " + name + " cannot be read, or is empty");
    return GivenBootnodes{text.str(), name};
}

struct GivenNode
{
    std::string text;
    std::string place; ///< as errors name it
};

/// Between commas, blanks and line ends; lines that begin with '#' say nothing.
std::vector<GivenNode> nodesOf(const GivenBootnodes& given)
{
    std::vector<GivenNode> nodes;
    std::istringstream lines(given.text);
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.starts_with('#'))
            continue;
        std::ranges::replace(line, ',', ' ');
        std::istringstream words(line);
        for (std::string word; words >> word;)
            nodes.push_back({word, given.file.empty()
                                       ? "--bootnodes"
                                       : "--bootnodes: " + given.file + ", line " + std::to_string(number)});
    }
    return nodes;
}

} // namespace

CommandArgument nodeOperand()
{
    return CommandArgument::operand("NODE")
        .needs("an enode URL or an ENR")
        .help(
            "an enode URL (enode://...@127.0.0.1:30303), its host an address or a name, or an ENR (enr:...)");
}

CommandArgument keyOption()
{
    return CommandArgument::option("key", "FILE")
        .needs("the name of a key file")
        .help("the node key to ask with, 64 hex digits; without it a new one for this run");
}

CommandArgument timeoutOption(std::string usual, std::string help)
{
    return CommandArgument::option("timeout", "DURATION")
        .duration()
        .defaultsTo(std::move(usual))
        .help(std::move(help));
}

CommandArgument triesOption()
{
    constexpr std::uint64_t most = 100;
    return CommandArgument::option("tries", "N")
        .needs("a number of tries")
        .integer(1, most)
        .defaultsTo("2")
        .help("how often to ask when no answer comes: datagrams get lost");
}

plugin::CommandLine withFamilies(plugin::CommandLine line)
{
    return std::move(line)
        .takes(CommandArgument::flag("ipv4").help("ask over IPv4"))
        .takes(CommandArgument::flag("ipv6").help("ask over IPv6, where NODE has an address of both"));
}

CommandArgument bootnodesOption(std::string help)
{
    return CommandArgument::option("bootnodes", "LIST").needs("enode URLs or ENRs").help(std::move(help));
}

int refuseText(const Asked& asked, const std::string& argument, const std::string& text,
               const toolkit::NodeFlaw& flaw)
{
    const int code = asked.line.refuse(asked.context, argument + ": " + flaw.what);
    asked.context.error << toolkit::pointedAt(text, flaw.position, asked.context.width) << '\n';
    return code;
}

OrExit<Bootnode> readNode(const Asked& asked, const std::string& argument, const std::string& text)
{
    if (const auto flaw = toolkit::NodeFlaw::find(text))
        return tl::unexpected(refuseText(asked, argument, text, *flaw));
    auto node = Bootnode::parse(text);
    if (!node)
        return tl::unexpected(asked.line.refuse(asked.context, argument + ": " + node.error().message));
    return *std::move(node);
}

OrExit<std::vector<wire::Neighbor>> placesOf(const Asked& asked, const Bootnode& node)
{
    if (!node.name)
        return node.places;
    const auto addresses = lookUp(node.name->host);
    if (!addresses)
        return tl::unexpected(asked.fail(ExitCode::unavailable, addresses.error().message));
    std::vector<wire::Neighbor> places;
    for (const node::IpAddress& ip : *addresses) {
        const auto enode = node.name->at(ip);
        places.push_back({enode.key, enode.endpoint});
    }
    return places;
}

OrExit<wire::Neighbor> placeOf(const Asked& asked, const Bootnode& node)
{
    const auto places = placesOf(asked, node);
    return places ? OrExit<wire::Neighbor>(places->front()) : tl::unexpected(places.error());
}

OrExit<wire::Neighbor> readPlace(const Asked& asked)
{
    const bool wantsV4 = asked.values.has("ipv4");
    const bool wantsV6 = asked.values.has("ipv6");
    if (wantsV4 && wantsV6)
        return tl::unexpected(asked.line.refuse(asked.context, "either --ipv4 or --ipv6"));
    const auto node = readNode(asked, "NODE", asked.values.text("NODE"));
    if (!node)
        return tl::unexpected(node.error());
    const auto places = placesOf(asked, *node);
    if (!places)
        return tl::unexpected(places.error());
    for (const wire::Neighbor& place : *places)
        if (place.endpoint.ip.isV4() ? !wantsV6 : !wantsV4)
            return place;
    return tl::unexpected(asked.line.refuse(asked.context, std::string("NODE has no ") +
                                                               (wantsV6 ? "IPv6" : "IPv4") + " address"));
}

OrExit<std::vector<wire::Neighbor>> readBootnodes(const Asked& asked)
{
    std::vector<wire::Neighbor> bootnodes;
    const auto given = asked.values.find("bootnodes");
    if (!given)
        return bootnodes;
    const auto read = readGiven(*given);
    if (!read)
        return tl::unexpected(asked.fail(ExitCode::io, read.error().message));
    for (const GivenNode& each : nodesOf(*read)) {
        const auto node = readNode(asked, each.place, each.text);
        if (!node)
            return tl::unexpected(node.error());
        const auto place = placeOf(asked, *node);
        if (!place)
            return tl::unexpected(place.error());
        bootnodes.push_back(*place);
    }
    return bootnodes;
}

std::optional<std::string> whyNoAnswer(const wire::Neighbor& node, const toolkit::Interruption& interruption)
{
    constexpr Duration patience =
        std::chrono::milliseconds(200); // ICMP of a host that is there comes at once
    SystemRandom random;
    const auto key = node::SecretKey::generate(random);
    const SystemClock clock;
    client::SystemClientPort port;
    client::NodeClient client(key, port, clock);
    std::optional<std::string> why;
    client.ping(node, patience, [&](const auto& answer) {
        if (!answer && answer.error().trouble != client::Trouble::noAnswer)
            why = answer.error().message;
    });
    client.run(&interruption);
    return why;
}

OrExit<Duration> readDuration(const Asked& asked, const std::string& name, Duration least, Duration most)
{
    const Duration given = asked.values.duration(name);
    if (given >= least && given <= most)
        return given;
    const auto shown = [](Duration duration) {
        return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) + "ms";
    };
    return tl::unexpected(asked.line.refuse(asked.context, "--" + name + " is between " + shown(least) +
                                                               " and " + shown(most) + ", not " +
                                                               asked.values.text(name)));
}

OrExit<Duration> readTimeout(const Asked& asked)
{
    return readDuration(asked, "timeout", std::chrono::milliseconds(1), std::chrono::hours(24));
}

OrExit<node::SecretKey> readIdentity(const Asked& asked)
{
    const auto file = asked.values.find("key");
    if (!file) {
        SystemRandom random;
        return node::SecretKey::generate(random);
    }
    auto key = node::readKeyFile(*file);
    if (!key)
        return tl::unexpected(asked.fail(ExitCode::keyFile, "--key: " + key.error().message));
    return *std::move(key);
}

client::NodeClient::Options clientOptions(const Asked& asked)
{
    constexpr std::uint64_t spread = 60; // of two runs within a second one in so many repeats the other
    SystemRandom random;
    client::NodeClient::Options options;
    options.lifetime += random.below(spread);
    if (asked.values.has("tries"))
        options.tries = static_cast<unsigned>(asked.values.integer("tries"));
    return options;
}

OrExit<Question> readQuestion(const Asked& asked)
{
    const auto timeout = readTimeout(asked);
    if (!timeout)
        return tl::unexpected(timeout.error());
    auto key = readIdentity(asked);
    if (!key)
        return tl::unexpected(key.error());
    const auto node = readPlace(asked);
    if (!node)
        return tl::unexpected(node.error());
    return Question{*timeout, *std::move(key), *node};
}

} // namespace waymark::discv4

#include "BootnodeCommand.h"

#include "BootnodeOptions.h"
#include "Daemon.h"
#include "GoFlags.h"
#include "base/Text.h"
#include "key/KeyFiles.h"

#include <waymark/node/Enode.h>
#include <waymark/node/KeyFile.h>
#include <waymark/node/LocalNode.h>
#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Record.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <utility>

namespace waymark::app
{

namespace
{

using plugin::CommandArgument;
using plugin::CommandContext;
using plugin::CommandValues;
using plugin::ExitCode;

plugin::CommandLine makeLine()
{
    constexpr std::uint64_t mostVerbose = 9;
    return plugin::CommandLine(
               "bootnode",
               "Runs a discv4 bootnode in the foreground, as the program of geth did that later versions "
               "lack. Options may also be written with one dash, as in Go: -addr :30301, -addr=:30301. "
               "Nothing is kept on the disk but the key that --genkey writes.")
        .takes(
            CommandArgument::option("addr", "HOST:PORT").defaultsTo(":30301").help("where to listen (UDP)"))
        .takes(CommandArgument::option("genkey", "FILE")
                   .needs("the name of a file that is not there")
                   .help("make a node key, write it to FILE (0600) and quit"))
        .takes(CommandArgument::flag("writeaddress").help("print the public key (128 hex digits) and quit"))
        .takes(CommandArgument::option("nodekey", "FILE")
                   .needs("the name of a key file")
                   .help("the file of the node key, 64 hex digits"))
        .takes(CommandArgument::option("nodekeyhex", "HEX")
                   .needs("64 hex digits")
                   .help("the node key itself; other users of the machine can see it"))
        .takes(CommandArgument::option("nat", "KIND")
                   .offers([] { return std::vector<std::string>{"any", "extip:", "none"}; })
                   .defaultsTo("none")
                   .help("extip:IP: the address that others are told; any: the one that they see this node "
                         "at; none: that of this machine"))
        .takes(CommandArgument::option("netrestrict", "CIDR,...")
                   .help("talk to nobody outside of these networks"))
        .takes(CommandArgument::option("verbosity", "N")
                   .integer(0, mostVerbose)
                   .defaultsTo("3")
                   .help("0 and 1 errors, 2 warnings, 3 information, 4 and more everything"))
        .takes(CommandArgument::option("vmodule", "PATTERN").help("understood and ignored"))
        .takes(CommandArgument::flag("v5").help("refused: there is no discv5"))
        .takes(toolkit::Listing::jsonFlag())
        .example("waymark bootnode -genkey boot.key")
        .example("waymark bootnode -nodekey boot.key -nat extip:10.0.0.7")
        .exits(ExitCode::ok, "done, or stopped by TERM or INT")
        .exits(ExitCode::usage, "the arguments are wrong, or ask for what there is not (discv5, UPnP)")
        .exits(ExitCode::unavailable, "the address is in use or has no such name")
        .exits(ExitCode::keyFile, "the key cannot be read or written, or is open to others")
        .exits(ExitCode::configuration, "a plugin is missing or was refused");
}

/// Wrong arguments, and a file that is not as it should be.
struct Refusal
{
    ExitCode code;
    std::string message;
};
using Key = tl::expected<node::SecretKey, Refusal>;

tl::unexpected<Refusal> refusal(ExitCode code, std::string message)
{
    return tl::unexpected(Refusal{code, std::move(message)});
}

Key generateKey(const std::string& file)
{
    SystemRandom random;
    auto key = node::SecretKey::generate(random);
    if (const auto written = node::writeKeyFile(file, key); !written)
        return refusal(toolkit::key::exitCodeOf(written.error()), "-genkey: " + written.error().message);
    return key;
}

/// In the order in which geth looks: -genkey wins.
Key keyOf(const CommandValues& values)
{
    if (const auto file = values.find("genkey"))
        return generateKey(*file);
    const auto file = values.find("nodekey");
    const auto hex = values.find("nodekeyhex");
    if (!file && !hex)
        return refusal(ExitCode::usage,
                       "Use -nodekey or -nodekeyhex to specify a private key; -genkey FILE makes one");
    if (file && hex)
        return refusal(ExitCode::usage, "Options -nodekey and -nodekeyhex are mutually exclusive");
    auto key = file ? node::readKeyFile(*file) : node::SecretKey::fromHex(text::trimmed(*hex));
    if (!key)
        return refusal(file ? ExitCode::keyFile : ExitCode::usage,
                       (file ? "-nodekey: " : "-nodekeyhex: ") + key.error().message);
    return std::move(*key);
}

/// What the options of a bootnode that is to run come to.
struct Wanted
{
    std::vector<node::Endpoint> listen;
    std::vector<node::IpNetwork> networks;
    NatOption nat;
};

Result<Wanted> wantedBy(const CommandValues& values)
{
    auto nat = parseNat(values.text("nat"));
    if (!nat)
        return failure(nat.error());
    auto networks = parseNetworks(values.find("netrestrict").value_or(""));
    if (!networks)
        return failure(networks.error());
    auto listen = resolveListen(values.text("addr"));
    if (!listen)
        return failure(listen.error());
    const auto isOfFamily = [&](const std::string& address) {
        return std::ranges::any_of(*listen, [&](const node::Endpoint& where) {
            return where.ip.family() == node::IpAddress::parse(address).value().family();
        });
    };
    if (!nat->asksForMapping && !std::ranges::all_of(nat->external, isOfFamily))
        return failure(ErrorCode::invalidArgument,
                       "-nat " + values.text("nat") + ": -addr '" + values.text("addr") +
                           "' listens to the other address family; give both the same one");
    return Wanted{std::move(*listen), std::move(*networks), std::move(*nat)};
}

template <class Value>
std::string joined(const std::vector<Value>& values)
{
    std::vector<std::string> texts;
    for (const Value& value : values)
        texts.push_back(value.toString());
    return text::joined(texts, ",");
}

std::vector<std::pair<std::string, std::string>> settingsOf(const Wanted& wanted, std::uint64_t verbosity)
{
    std::vector<std::pair<std::string, std::string>> settings{{"waymark.plugins", "registry-memory,discv4"},
                                                              {"waymark.log.level", logLevelOf(verbosity)},
                                                              {"discv4.listen", joined(wanted.listen)}};
    if (!wanted.networks.empty())
        settings.emplace_back("discv4.netrestrict", joined(wanted.networks));
    if (!wanted.nat.external.empty())
        settings.emplace_back("node.external-ip", text::joined(wanted.nat.external, ","));
    return settings;
}

/// The first line is geth's: 127.0.0.1 stands for every address, and there is no TCP port.
void announce(const plugin::CommandLine& line, const CommandContext& context, const CommandValues& values,
              const Wanted& wanted, const node::LocalNode& local)
{
    const node::Endpoint& asked = wanted.listen.front();
    const bool isNamed = !wanted.nat.external.empty() && !wanted.nat.asksForMapping;
    const bool isStandIn = asked.ip.isUnspecified() && !isNamed;
    auto endpoint = local.advertised(asked.ip.family()).value_or(node::NodeEndpoint{asked.ip, asked.port, 0});
    if (const auto other = isNamed ? local.advertised() : std::nullopt)
        endpoint = *other;
    endpoint.tcp = 0;
    if (isStandIn)
        endpoint.ip = node::IpAddress::v4(127, 0, 0, 1);
    const std::string enode = node::Enode{local.key(), endpoint}.toString();
    if (values.has("json"))
        toolkit::Record().add("enode", enode).add("enr", local.record()->toString()).print(context, values);
    else
        context.out << enode << '\n';
    context.out.flush();
    if (isStandIn)
        line.complain(context,
                      "127.0.0.1 stands for every address of this machine; give others one that they "
                      "reach, or tell it with -nat extip:IP");
}

} // namespace

const plugin::CommandLine& BootnodeCommand::line() const
{
    static const plugin::CommandLine line = makeLine();
    return line;
}

int BootnodeCommand::run(const CommandContext& context)
{
    CommandContext ours = context;
    if (std::ranges::find(ours.arguments, "-help") != ours.arguments.end())
        ours.arguments = {"--help"};
    const bool asksForHelp = std::ranges::any_of(
        ours.arguments, [](const std::string& word) { return word == "--help" || word == "-h"; });
    if (!asksForHelp) {
        auto words = fromGoFlags(line(), ours.arguments);
        if (!words)
            return line().refuse(context, words.error().message);
        ours.arguments = std::move(*words);
    }
    const auto values = line().read(ours);
    if (!values)
        return values.error();
    if (const auto nat = parseNat(values->text("nat")); !nat)
        return line().refuse(context, nat.error().message);
    auto key = keyOf(*values);
    if (!key && key.error().code == ExitCode::usage)
        return line().refuse(context, key.error().message);
    if (!key)
        return line().fail(context, key.error().code, key.error().message);
    const bool asksForAddress = values->has("writeaddress");
    if (values->has("json") && (asksForAddress || values->has("genkey"))) {
        toolkit::Record()
            .addIf("key_file", "key file", values->find("genkey"))
            .add("public_key", "public key", key->publicKey().hex())
            .print(context, *values);
        return static_cast<int>(ExitCode::ok);
    }
    if (asksForAddress)
        context.out << key->publicKey().hex() << '\n';
    if (asksForAddress || values->has("genkey"))
        return static_cast<int>(ExitCode::ok);
    return serve(context, *values, std::move(*key));
}

int BootnodeCommand::serve(const CommandContext& context, const CommandValues& values,
                           node::SecretKey key) const
{
    if (values.has("v5"))
        return line().refuse(context, "-v5: Waymark speaks discv4 only; leave it out, or run a bootnode that "
                                      "speaks discv5 beside this one");
    const auto wanted = wantedBy(values);
    if (!wanted && wanted.error().code == ErrorCode::unavailable)
        return line().fail(context, ExitCode::unavailable, wanted.error().message);
    if (!wanted)
        return line().refuse(context, wanted.error().message);
    if (values.has("vmodule"))
        line().complain(context, "-vmodule is ignored: levels are those of -verbosity for all sources");
    if (wanted->nat.asksForMapping)
        line().complain(context, "-nat " + values.text("nat") +
                                     ": the router is not asked for a port; the address is the one that "
                                     "other nodes see this node at, once enough of them do");
    DaemonOptions options;
    options.program = "bootnode";
    options.pluginPath = _pluginPath;
    options.overrides = settingsOf(*wanted, values.integer("verbosity"));
    options.nodeKey = std::make_shared<const node::SecretKey>(std::move(key));
    options.keepsState = false;
    options.onReady = [&](const host::PluginHost& host) {
        announce(line(), context, values, *wanted, host.service<node::LocalNode>());
    };
    const sigset_t signals = blockSignals();
    raiseDescriptorLimit();
    SpareMemory::shareArenas();
    return Daemon(options, signals).run();
}

toolkit::BuiltInCommand bootnodeCommand(std::vector<std::filesystem::path> pluginPath)
{
    return {"bootnode", "Run a bootnode with the options of geth's removed program",
            [path = std::move(pluginPath)] {
                return std::make_unique<BootnodeCommand>(path);
            }};
}

} // namespace waymark::app

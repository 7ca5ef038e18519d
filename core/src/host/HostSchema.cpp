#include "host/HostSchema.h"

#include "host/identity/ExternalAddress.h"
#include "host/loader/HostNames.h"
#include "observe/LogLevels.h"

#include <waymark/node/Rlp.h>

namespace waymark::host
{

namespace
{

using plugin::ConfigSchema;
using plugin::Option;

Result<void> isPluginEntry(std::string_view entry)
{
    if (const auto parsed = parsePluginEntry(entry); !parsed)
        return failure(parsed.error());
    return {};
}

Result<void> isLevelSpec(std::string_view spec)
{
    if (const auto parsed = observe::LogLevels::parse(spec); !parsed)
        return failure(parsed.error());
    return {};
}

Result<void> isExternalAddress(std::string_view text)
{
    if (const auto address = ExternalAddress::parse(text); !address)
        return failure(address.error());
    return {};
}

Result<void> isRlpItem(std::string_view hex)
{
    const auto bytes = fromHex(hex);
    if (!bytes)
        return failure(bytes.error().in("the value is the hex of one RLP item"));
    node::rlp::Reader reader(*bytes);
    if (const auto item = reader.raw(); !item)
        return failure(item.error().in("the value is the hex of one RLP item"));
    if (!reader.atEnd())
        return failure(ErrorCode::invalidArgument, "the value is more than one RLP item");
    return {};
}

} // namespace

const ConfigSchema& hostSchema()
{
    static const ConfigSchema schema{
        Option::list("plugins")
            .required()
            .check(isPluginEntry)
            .help("The plugins to load, name[:library] each; the name is the prefix of its keys"),
        Option::list("plugin-path").help("Folders to look for plugins in, before the usual ones"),
        Option::path("state-dir")
            .defaultsTo("/var/lib/waymark")
            .help("Where keys and data are kept; under systemd the default is its StateDirectory"),
        Option::text("log.level")
            .defaultsTo("info")
            .check(isLevelSpec)
            .reloadable()
            .help("Levels: debug, info, warning or error, also for one source: info,discv4=debug"),
        Option::choice("log.format", {"text", "json", "journald"})
            .defaultsTo("text")
            .help("How lines on standard error look; journald has the priority in front"),
        Option::duration("stop-timeout", "1s", "1h")
            .defaultsTo("30s")
            .reloadable()
            .help("How long plugins may take to stop before the daemon ends itself with exit code 70"),
        Option::boolean("banner").defaultsTo("false").help(
            "Print enode, ENR and a first request on standard output even when it is no terminal"),
    };
    return schema;
}

const ConfigSchema& nodeSchema()
{
    static const ConfigSchema schema{
        Option::path("key")
            .defaultsTo("node.key")
            .orWord("ephemeral")
            .help("The file of the node key (64 hex digits), created when missing; the default lies in "
                  "waymark.state-dir"),
        Option::list("external-ip")
            .check(isExternalAddress)
            .reloadable()
            .help("Where others reach this node: addresses, interface:NAME, dns:NAME or predicted, in each "
                  "family the first that has one; without it the address that is bound"),
        Option::duration("resolve-interval", "1s", "1d")
            .defaultsTo("1m")
            .reloadable()
            .help("Time between two looks at the interfaces and DNS names of node.external-ip"),
        Option::integer("prediction-votes", 1, 1024)
            .defaultsTo("10")
            .reloadable()
            .help("Hosts that must see the same address before node.external-ip = predicted believes them"),
        Option::integer("advertised-port", 1, 65535)
            .reloadable()
            .help("The UDP port that others reach this node at; without it the one that is bound"),
        Option::integer("advertised-tcp-port", 0, 65535)
            .defaultsTo("0")
            .reloadable()
            .help("The TCP port that is told with the address; 0 tells none"),
        Option::table("enr").check(isRlpItem).reloadable().help(
            "Further entries of the node record, the value one RLP item in hex"),
    };
    return schema;
}

Result<std::pair<std::string, std::string>> parsePluginEntry(std::string_view entry)
{
    constexpr std::string_view nameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-";
    constexpr std::size_t maximumName = 31;
    const std::size_t colon = entry.find(':');
    const std::string_view name = entry.substr(0, colon);
    if (name.empty() || name.size() > maximumName ||
        name.find_first_not_of(nameCharacters) != std::string_view::npos)
        return failure(ErrorCode::invalidArgument,
                       "the name of a plugin is up to 31 lower-case letters, digits and '-'");
    if (isPrefixOfHost(name))
        return failure(ErrorCode::invalidArgument, "the name is that of the host's own keys");
    const std::string_view library = colon == std::string_view::npos ? name : entry.substr(colon + 1);
    if (library.empty())
        return failure(ErrorCode::invalidArgument, "the library after ':' is missing");
    return std::pair(std::string(name), std::string(library));
}

} // namespace waymark::host

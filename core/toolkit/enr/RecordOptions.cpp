#include "enr/RecordOptions.h"

#include "enr/Entry.h"
#include "enr/KnownKeys.h"

#include <waymark/toolkit/Record.h>

#include <array>
#include <limits>
#include <ostream>
#include <utility>

namespace waymark::toolkit::enr
{

namespace
{

using plugin::CommandArgument;

/// Options by the keys that they set.
constexpr std::array<std::pair<const char*, const char*>, 6> options{{{"ip", "ip"},
                                                                      {"tcp-port", "tcp"},
                                                                      {"udp-port", "udp"},
                                                                      {"ip6", "ip6"},
                                                                      {"tcp6-port", "tcp6"},
                                                                      {"udp6-port", "udp6"}}};

CommandArgument address(const std::string& name, const std::string& help)
{
    return CommandArgument::option(name, "IP")
        .check([name](const std::string& value) -> Result<void> {
            return knownKey(name)->write(value).map([](const Bytes&) {});
        })
        .help(help);
}

CommandArgument port(const std::string& name, const std::string& help)
{
    return CommandArgument::option(name, "PORT").needs("a port").integer(1, 65535).help(help);
}

} // namespace

plugin::CommandLine takingEntries(plugin::CommandLine line)
{
    return std::move(line)
        .takes(address("ip", "the IPv4 address"))
        .takes(port("tcp-port", "the RLPx port"))
        .takes(port("udp-port", "the discovery port"))
        .takes(address("ip6", "the IPv6 address"))
        .takes(port("tcp6-port", "the RLPx port over IPv6, where it is another"))
        .takes(port("udp6-port", "the discovery port over IPv6, where it is another"))
        .takes(CommandArgument::option("entry", "KEY=VALUE")
                   .repeatable()
                   .check([](const std::string& value) -> Result<void> {
                       return parseEntry(value).map([](const Entry&) {});
                   })
                   .help(entryHelp));
}

Result<Entries> entriesOf(const plugin::CommandValues& values)
{
    Entries entries;
    for (const auto& [option, key] : options)
        if (const auto value = values.find(option))
            entries.emplace(key, knownKey(key)->write(*value).value());
    for (const std::string& text : values.all("entry")) {
        auto entry = parseEntry(text);
        if (!entry)
            return failure(entry.error());
        if (entry->key == "id" || entry->key == "secp256k1")
            return failure(ErrorCode::invalidArgument,
                           "--entry " + entry->key + " cannot be set: it comes from the key that signs");
        const auto [place, isNew] = entries.emplace(entry->key, std::move(entry->item));
        if (!isNew)
            return failure(ErrorCode::invalidArgument, "the entry " + place->first + " is given twice");
    }
    return entries;
}

plugin::CommandArgument seqOption()
{
    return CommandArgument::option("seq", "N")
        .needs("a number")
        .integer(0, std::numeric_limits<std::uint64_t>::max());
}

Result<node::Enr> signedRecord(const Entries& entries, std::uint64_t seq, const node::SecretKey& key)
{
    node::EnrBuilder builder;
    builder.seq(seq);
    for (const auto& [name, item] : entries)
        builder.entry(name, item);
    return builder.sign(key);
}

void print(const node::Enr& record, const plugin::CommandContext& context,
           const plugin::CommandValues& values)
{
    if (!values.has("json")) {
        context.out << record.toString() << '\n' << std::flush;
        return;
    }
    Record()
        .add("enr", record.toString())
        .add("seq", record.seq())
        .add("node_id", toHex(record.key().nodeId()))
        .add("public_key", record.key().hex())
        .add("size", record.encoded().size())
        .print(context, values);
}

} // namespace waymark::toolkit::enr

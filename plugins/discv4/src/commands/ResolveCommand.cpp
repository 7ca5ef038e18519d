#include "commands/ResolveCommand.h"

#include "client/SystemClientPort.h"
#include "commands/NodeArguments.h"
#include "commands/RecordView.h"
#include "commands/Resolution.h"

#include <waymark/node/Enode.h>
#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Progress.h>

#include <algorithm>
#include <ostream>

namespace waymark::discv4
{

namespace
{

using plugin::ExitCode;

/// The node that is searched for, as far as it is known.
struct Wanted
{
    node::PublicKey key;
    std::vector<wire::Neighbor> places{};
    std::optional<node::Enr> record{}; ///< that was given
};

OrExit<Wanted> wantedById(const Asked& asked, const std::string& text)
{
    const std::size_t start = text.starts_with("0x") ? 2 : 0;
    const auto stranger = text.find_first_not_of("0123456789abcdefABCDEF", start);
    const auto key = node::PublicKey::fromHex(text);
    if (key)
        return Wanted{*key};
    const std::size_t place = stranger == std::string::npos ? text.size() : stranger;
    return tl::unexpected(refuseText(asked, "NODE", text, {key.error().message, place}));
}

OrExit<Wanted> readWanted(const Asked& asked)
{
    const std::string& text = asked.values.text("NODE");
    if (!text.starts_with("en"))
        return wantedById(asked, text);
    if (const auto record = node::Enr::parse(text)) {
        Wanted wanted{record->key(), {}, *record};
        for (const auto& endpoint : {record->endpointV4(), record->endpointV6()})
            if (endpoint)
                wanted.places.push_back({record->key(), *endpoint});
        return wanted;
    }
    const auto node = readNode(asked, "NODE", text);
    if (!node)
        return tl::unexpected(node.error());
    if (!node->name)
        return Wanted{node->places.front().key, node->places};
    const auto places = placesOf(asked, *node);
    return places ? OrExit<Wanted>(Wanted{node->name->key, *places}) : tl::unexpected(places.error());
}

int print(const Asked& asked, const Wanted& wanted, const Resolution::Found& found)
{
    const auto& place = found.place.endpoint;
    if (asked.values.has("raw")) {
        if (!found.record)
            return asked.fail(ExitCode::unavailable,
                              place.udpEndpoint().toString() + " answers PINGs, but tells no record");
        asked.context.out << found.record->toString() << '\n';
        return static_cast<int>(ExitCode::ok);
    }
    toolkit::Record shown;
    shown.add("answered_at", "answered at", place.udpEndpoint().toString())
        .add("found_by", "found by", found.byLookup ? "lookup" : "asking it");
    if (wanted.record)
        shown.add("given_seq", "given seq", wanted.record->seq());
    if (found.record)
        addRecord(shown, *found.record);
    else
        shown.add("public_key", "public key", wanted.key.hex())
            .add("enode", node::Enode::advertised(wanted.key, place).toString())
            .add("enr", toolkit::Cell());
    shown.print(asked.context, asked.values);
    return static_cast<int>(ExitCode::ok);
}

int explain(const Asked& asked, const Resolution& resolution, std::size_t bootnodes)
{
    for (const std::string& failure : resolution.failures())
        asked.line.complain(asked.context, failure);
    const auto& lookup = resolution.lookup();
    if (bootnodes == 0)
        return asked.fail(ExitCode::unavailable,
                          "the node does not answer, and without --bootnodes nobody else can be asked");
    if (lookup.answered() == 0)
        return asked.fail(ExitCode::unavailable, lookup.firstFailure() ? lookup.firstFailure()->message
                                                                       : "no bootnode could be asked");
    if (resolution.toldPlaces() == 0)
        return asked.fail(ExitCode::unavailable,
                          std::to_string(lookup.answered()) +
                              " nodes were asked, and none told of it; ask other bootnodes");
    return asked.fail(ExitCode::unavailable,
                      std::to_string(lookup.answered()) +
                          " nodes were asked, but the node answers at none of the places that "
                          "they told of");
}

int resolve(const Asked& asked, const Wanted& wanted, const std::vector<wire::Neighbor>& bootnodes,
            const node::SecretKey& key, Duration timeout)
{
    const SystemClock clock;
    client::SystemClientPort port;
    client::NodeClient client(key, port, clock, clientOptions(asked));
    Resolution resolution(client, wanted.key, timeout);
    const toolkit::Interruption interruption;
    std::optional<Resolution::Found> found;
    {
        toolkit::Progress progress(asked.context, clock, "resolving");
        found = resolution.run(wanted.places, bootnodes, interruption, [&] {
            const auto& lookup = resolution.lookup();
            progress.update(lookup.asked(), std::nullopt,
                            std::to_string(lookup.answered()) + " nodes answered");
        });
    }
    if (found)
        return print(asked, wanted, *found);
    if (interruption.requested())
        return asked.fail(ExitCode::unavailable, "stopped before the node answered");
    return explain(asked, resolution, bootnodes.size());
}

} // namespace

const plugin::CommandLine& ResolveCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine(
            "discv4 resolve",
            "Finds the newest record of a node and where it answers. The node itself is asked first; "
            "when it does not answer, it is looked for from node to node, beginning with the "
            "bootnodes.")
            .takes(bootnodesOption("whom to ask for it: enode URLs or ENRs with commas between, or @FILE"))
            .takes(plugin::CommandArgument::flag("raw").help("print the record alone, as enr:..."))
            .takes(timeoutOption("1s", "how long to wait for each answer"))
            .takes(triesOption())
            .takes(keyOption())
            .takes(toolkit::Listing::jsonFlag())
            .takes(
                plugin::CommandArgument::operand("NODE")
                    .needs("an enode URL, an ENR or an id")
                    .help("an enode URL, its host an address or a name; an ENR, perhaps an old one; or, with "
                          "--bootnodes, an id (128 hex digits)"))
            .example("waymark discv4 resolve --bootnodes @bootnodes.txt enr:-...")
            .exits(ExitCode::ok, "the node answered")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::unavailable, "it answers nowhere")
            .exits(ExitCode::io, "the file of bootnodes cannot be read")
            .exits(ExitCode::keyFile, "the key file cannot be used");
    return line;
}

int ResolveCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const Asked asked{line(), context, *values};
    const auto timeout = readTimeout(asked);
    if (!timeout)
        return timeout.error();
    const auto key = readIdentity(asked);
    if (!key)
        return key.error();
    const auto bootnodes = readBootnodes(asked);
    if (!bootnodes)
        return bootnodes.error();
    const auto wanted = readWanted(asked);
    if (!wanted)
        return wanted.error();
    if (wanted->places.empty() && bootnodes->empty())
        return line().refuse(context, "NODE has no address: --bootnodes says whom to ask for it");
    return resolve(asked, *wanted, *bootnodes, *key, *timeout);
}

} // namespace waymark::discv4

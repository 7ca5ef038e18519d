#include "ImportCommand.h"

#include "PortableFormat.h"

#include <waymark/toolkit/Listing.h>

namespace waymark::toolkit::stores
{

using plugin::CommandArgument;

const plugin::CommandLine& ImportCommand::line() const
{
    static const plugin::CommandLine line =
        withExitCodes(plugin::CommandLine(
                          "registry import",
                          "Makes a store of what `registry export` printed, or another program wrote in the "
                          "same form. It holds that and nothing else. Stop the daemon first.")
                          .takes(CommandArgument::operand("STORE").optional().help("the file of the store"))
                          .takes(configOption("config", "the daemon's configuration, which names the store"))
                          .takes(formatOption("to", "the store's format, such as sqlite or memory-snapshot"))
                          .takes(CommandArgument::option("in", "FILE")
                                     .needs("the name of a file")
                                     .help("what to read, in the place of standard input"))
                          .takes(forceFlag())
                          .takes(Listing::jsonFlag())
                          .example("waymark registry import --to sqlite registry.db < peers.jsonl"));
    return line;
}

Outcome<void> ImportCommand::work(const plugin::CommandContext& context, const plugin::CommandValues& values,
                                  const StoreFormats& formats)
{
    const auto store = find(
        {values.find("config"), values.find("STORE"), values.find("to"), "--config", "--to"}, formats, false);
    if (!store)
        return tl::unexpected(store.error());
    const auto in = values.find("in");
    const PortableFormat portable;
    const auto read = [&](registry::StoreSink& sink) {
        return in ? portable.read(*in, sink) : readPortable(TextReader::of(context.in), sink);
    };
    auto target = NewStore::begin(*store, values.has("force"));
    if (!target)
        return tl::unexpected(target.error());
    const auto moved = Transfer(context, "importing", target->sink())
                           .run(read, in.value_or("standard input"), store->file.string());
    if (!moved)
        return tl::unexpected(moved.error());
    if (auto kept = target->keep(); !kept)
        return kept;
    print(context, values, *store, *moved);
    return {};
}

} // namespace waymark::toolkit::stores

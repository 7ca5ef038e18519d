#include "StatsCommand.h"

#include "Statistics.h"

#include <waymark/toolkit/Listing.h>

#include <system_error>

namespace waymark::toolkit::stores
{

using plugin::CommandArgument;

const plugin::CommandLine& StatsCommand::line() const
{
    static const plugin::CommandLine line = withExitCodes(
        plugin::CommandLine(
            "registry stats",
            "Counts what a stored registry holds, by origin, scheme, lease and label. Reads all "
            "of it, and so checks it, too. Nothing is changed.")
            .takes(CommandArgument::operand("STORE").optional().help("the file of the store"))
            .takes(configOption("config", "the daemon's configuration, which names the store"))
            .takes(formatOption("from", "the store's format, where it is not recognised"))
            .takes(Listing::jsonFlag())
            .example("waymark registry stats --config /etc/waymark/waymark.properties"));
    return line;
}

Outcome<void> StatsCommand::work(const Job& job)
{
    const auto store = find(
        {job.values.find("config"), job.values.find("STORE"), job.values.find("from"), "--config", "--from"},
        job.formats, true);
    if (!store)
        return tl::unexpected(store.error());
    const auto source = SourceStore::open(*store);
    if (!source)
        return tl::unexpected(source.error());
    Statistics statistics(SystemClock().wallNow());
    const auto read = job.transfer("counting", statistics)
                          .run([&](registry::StoreSink& sink) { return source->read(sink); },
                               store->file.string(), store->file.string());
    if (!read)
        return tl::unexpected(read.error());
    std::error_code ignored;
    Record()
        .add("file", store->file.string())
        .add("format", store->format->name())
        .add("size_bytes", "bytes", std::filesystem::file_size(store->file, ignored))
        .add("revision", read->revision.toString())
        .add("claims", read->claims)
        .add("tombstones", read->tombstones)
        .add("with_enr", "with ENR", statistics.withEnr())
        .add("origins", statistics.origins())
        .add("schemes", statistics.schemes())
        .add("leases", statistics.leases())
        .add("labels", statistics.labels())
        .print(job.context, job.values);
    return {};
}

} // namespace waymark::toolkit::stores

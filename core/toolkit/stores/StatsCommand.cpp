#include "stores/StatsCommand.h"

#include "stores/Statistics.h"

#include <waymark/toolkit/Listing.h>

#include <system_error>

namespace waymark::toolkit::stores
{

const plugin::CommandLine& StatsCommand::line() const
{
    static const plugin::CommandLine line = withExitCodes(
        readingOne(plugin::CommandLine(
                       "registry stats",
                       "Counts what a stored registry holds, by origin, scheme, lease and label. Reads all "
                       "of it, and so checks it, too. Nothing is changed."))
            .takes(Listing::jsonFlag())
            .example("waymark registry stats --config /etc/waymark/waymark.properties"));
    return line;
}

Outcome<void> StatsCommand::work(const Job& job)
{
    const auto source = openSource(job);
    if (!source)
        return tl::unexpected(source.error());
    Statistics statistics(SystemClock().wallNow());
    const auto read = job.transfer("counting", statistics)
                          .run([&](registry::StoreSink& sink) { return source->read(sink); },
                               source->file().string(), source->file().string());
    if (!read)
        return tl::unexpected(read.error());
    std::error_code ignored;
    Record()
        .add("file", source->file().string())
        .add("format", source->format().name())
        .add("size_bytes", "bytes", std::filesystem::file_size(source->file(), ignored))
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

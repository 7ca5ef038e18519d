#include "stores/ExportCommand.h"

#include "stores/PortableFormat.h"

#include <waymark/toolkit/Listing.h>

namespace waymark::toolkit::stores
{

using plugin::CommandArgument;

const plugin::CommandLine& ExportCommand::line() const
{
    static const plugin::CommandLine line = withExitCodes(
        readingOne(plugin::CommandLine(
                       "registry export",
                       "Prints all that a stored registry holds as JSON lines, claims, leases, tombstones "
                       "and revision, for other programs and for `registry import`. Nothing is changed."))
            .takes(CommandArgument::option("out", "FILE")
                       .needs("the name of a file")
                       .help("where to write, in the place of standard output; it appears when it is whole"))
            .takes(forceFlag())
            .takes(Listing::jsonFlag())
            .example("waymark registry export /var/lib/waymark/registry.db | jq -r .peer"));
    return line;
}

Outcome<void> ExportCommand::work(const Job& job)
{
    const auto source = openSource(job);
    if (!source)
        return tl::unexpected(source.error());
    const auto read = [&](registry::StoreSink& sink) {
        return source->read(sink);
    };
    const auto out = job.values.find("out");
    if (!out) {
        const auto sink = writePortable(TextWriter::to(job.context.out, "standard output"));
        const auto moved =
            job.transfer("exporting", *sink).run(read, source->file().string(), "standard output");
        return moved ? Outcome<void>() : tl::unexpected(moved.error());
    }
    const PortableFormat portable;
    auto target = NewStore::begin({&portable, *out}, job.values.has("force"));
    if (!target)
        return tl::unexpected(target.error());
    const auto moved = job.transfer("exporting", target->sink()).run(read, source->file().string(), *out);
    if (!moved)
        return tl::unexpected(moved.error());
    if (auto kept = target->keep(); !kept)
        return kept;
    print(job.context, job.values, {&portable, *out}, *moved);
    return {};
}

} // namespace waymark::toolkit::stores

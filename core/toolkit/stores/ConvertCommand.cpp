#include "stores/ConvertCommand.h"

#include <waymark/toolkit/Listing.h>

#include <system_error>

namespace waymark::toolkit::stores
{

using plugin::CommandArgument;
using plugin::ExitCode;

const plugin::CommandLine& ConvertCommand::line() const
{
    static const plugin::CommandLine line = withExitCodes(
        plugin::CommandLine(
            "registry convert",
            "Makes a new store of another one: claims, leases, tombstones, revision and epoch "
            "are the same in both. The source is not changed. Stop the daemon first.")
            .takes(CommandArgument::operand("SOURCE").optional().file().help(
                "the file of the one that is there"))
            .takes(CommandArgument::operand("TARGET").optional().file().help("the file of the new one"))
            .takes(formatOption("from", "the source's format, where it is not recognised"))
            .takes(formatOption("to", "the target's format, where its name does not tell it"))
            .takes(configOption("from-config", "a daemon's configuration, which names the source"))
            .takes(configOption("to-config", "a daemon's configuration, which names the target"))
            .takes(forceFlag())
            .takes(Listing::jsonFlag())
            .example("waymark registry convert peers.snapshot registry.db")
            .example("waymark registry convert --from-config old.properties --to-config new.properties"));
    return line;
}

Outcome<void> ConvertCommand::work(const Job& job)
{
    // With --from-config the only file that is named is the target.
    const bool isConfigured = job.values.has("from-config");
    const auto first = job.values.find("SOURCE");
    const auto second = job.values.find("TARGET");
    if (isConfigured && second)
        return ended(ExitCode::usage,
                     "--from-config names the source; only the target's file can stand there");
    const auto from = find({job.values.find("from-config"), isConfigured ? std::nullopt : first,
                            job.values.find("from"), "--from-config", "--from"},
                           job.formats, true);
    if (!from)
        return tl::unexpected(from.error());
    const auto to = find({job.values.find("to-config"), isConfigured ? first : second, job.values.find("to"),
                          "--to-config", "--to"},
                         job.formats, false);
    if (!to)
        return tl::unexpected(to.error());
    std::error_code ignored;
    if (std::filesystem::equivalent(from->file, to->file, ignored))
        return ended(ExitCode::usage, to->file.string() + " is source and target; name another target");
    const auto source = SourceStore::open(*from);
    if (!source)
        return tl::unexpected(source.error());
    auto target = NewStore::begin(*to, job.values.has("force"));
    if (!target)
        return tl::unexpected(target.error());
    const auto moved = job.transfer("converting", target->sink())
                           .run([&](registry::StoreSink& sink) { return source->read(sink); },
                                from->file.string(), to->file.string());
    if (!moved)
        return tl::unexpected(moved.error());
    if (auto kept = target->keep(); !kept)
        return kept;
    print(job.context, job.values, *to, *moved);
    return {};
}

} // namespace waymark::toolkit::stores

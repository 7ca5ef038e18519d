#include "stores/ImportCommand.h"

#include "stores/PortableFormat.h"

#include <waymark/toolkit/Listing.h>

#include <array>
#include <cerrno>
#include <iostream>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace waymark::toolkit::stores
{

using plugin::CommandArgument;

namespace
{

/// The descriptor, for as long as no signal comes: a stream would go on waiting.
Result<std::size_t> readUntilInterrupted(std::span<char> out, int interruption)
{
    std::array<pollfd, 2> watched{{{STDIN_FILENO, POLLIN, 0}, {interruption, POLLIN, 0}}};
    for (;;) {
        const int ready = ::poll(watched.data(), watched.size(), -1);
        if (ready > 0 && watched[1].revents != 0)
            return failure(ErrorCode::unavailable, "interrupted");
        const ssize_t size = ready > 0 ? ::read(STDIN_FILENO, out.data(), out.size()) : -1;
        if (size >= 0)
            return static_cast<std::size_t>(size);
        if (errno != EINTR && errno != EAGAIN)
            return failure(ErrorCode::io, "cannot be read: " + std::generic_category().message(errno));
    }
}

TextReader inputOf(std::istream& in, const Interruption& interruption)
{
    if (&in != &std::cin)
        return TextReader::of(in);
    return TextReader([&interruption](std::span<char> out) {
        return readUntilInterrupted(out, interruption.descriptor());
    });
}

} // namespace

const plugin::CommandLine& ImportCommand::line() const
{
    static const plugin::CommandLine line = withExitCodes(
        plugin::CommandLine(
            "registry import",
            "Makes a store of what `registry export` printed, or another program wrote in the "
            "same form. It holds that and nothing else. Stop the daemon first.")
            .takes(CommandArgument::operand("STORE").optional().file().help("the file of the store"))
            .takes(configOption("config", "the daemon's configuration, which names the store"))
            .takes(formatOption("to", "the store's format, where its name does not tell it"))
            .takes(CommandArgument::option("in", "FILE")
                       .needs("the name of a file")
                       .help("what to read, in the place of standard input"))
            .takes(forceFlag())
            .takes(Listing::jsonFlag())
            .example("waymark registry import --to sqlite registry.db < peers.jsonl"));
    return line;
}

Outcome<void> ImportCommand::work(const Job& job)
{
    const auto store =
        find({job.values.find("config"), job.values.find("STORE"), job.values.find("to"), "--config", "--to"},
             job.formats, false);
    if (!store)
        return tl::unexpected(store.error());
    const auto in = job.values.find("in");
    const PortableFormat portable;
    const auto read = [&](registry::StoreSink& sink) {
        return in ? portable.read(*in, sink) : readPortable(inputOf(job.context.in, job.interruption), sink);
    };
    auto target = NewStore::begin(*store, job.values.has("force"));
    if (!target)
        return tl::unexpected(target.error());
    if (!in && &job.context.in == &std::cin && ::isatty(STDIN_FILENO) == 1)
        job.context.error
            << line().command()
            << ": reading JSON lines from the terminal, to the end of input (Ctrl-D); < FILE or "
               "--in FILE reads a file\n";
    const auto moved = job.transfer("importing", target->sink())
                           .run(read, in.value_or("standard input"), store->file.string());
    if (!moved)
        return tl::unexpected(moved.error());
    if (auto kept = target->keep(); !kept)
        return kept;
    print(job.context, job.values, *store, *moved);
    return {};
}

} // namespace waymark::toolkit::stores

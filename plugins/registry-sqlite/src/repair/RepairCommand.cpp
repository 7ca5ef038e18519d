#include "repair/RepairCommand.h"

#include "repair/Repair.h"

#include <waymark/plugin/CommandLine.h>
#include <waymark/plugin/ConfigFile.h>
#include <waymark/plugin/Plugin.h>
#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Record.h>

#include <ostream>
#include <string>

namespace waymark::registry
{

using plugin::ExitCode;
using repair::Repaired;
using repair::Salvaged;

namespace
{

using plugin::CommandArgument;

std::string counted(std::size_t count, const std::string& one, const std::string& many)
{
    return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

std::string contentOf(const Salvaged& saved)
{
    return counted(saved.claims, "registration", "registrations") + ", " +
           counted(saved.tombstones, "remembered removal", "remembered removals");
}

std::string unreadable(const Salvaged& saved)
{
    std::string pages;
    const auto tell = [&pages](std::size_t count, const std::string& ofOne, const std::string& ofMany) {
        if (count > 0)
            pages += (pages.empty() ? "" : ", ") + counted(count, ofOne, ofMany);
    };
    tell(saved.missingPages, "page is missing at the end of the file",
         "pages are missing at the end of the file");
    tell(saved.lostPages, "page holds nothing that can be read", "pages hold nothing that can be read");
    tell(saved.damagedPages, "page of rows cannot be read to the end",
         "pages of rows cannot be read to the end");
    return pages;
}

/// How many rows are lost is known as far as an index still names them.
void printLosses(std::ostream& out, const Salvaged& saved)
{
    const std::size_t known = saved.named + saved.refused;
    const std::string pages = unreadable(saved);
    if (known == 0 && pages.empty())
        out << "lost:  nothing that left a trace\n";
    else
        out << "lost:  "
            << (known == 0
                    ? "perhaps some registrations"
                    : "at least " + counted(known, "registration or removal", "registrations or removals"))
            << (pages.empty() ? "" : ": " + pages) << '\n';
    if (saved.refused > 0)
        out << "note:  "
            << counted(saved.refused, "row was left out that holds", "rows were left out that hold")
            << " what no registry wrote\n";
    if (saved.mayBeBack)
        out << "note:  the list of free pages is damaged: some of what was removed may be there again\n";
}

void tell(std::ostream& out, const Repaired& result, bool isDryRun)
{
    const Salvaged& saved = result.saved;
    if (result.wasEmpty) {
        out << "the file is empty (0 bytes) and has no log: nothing can be saved; nothing was changed. A "
               "daemon takes it for a new registry: restore a backup first if there were peers\n";
        return;
    }
    if (result.wasHealthy) {
        out << "the database is healthy (" << contentOf(saved) << "); nothing was changed\n";
        return;
    }
    out << "found: " << result.damage << '\n';
    if (saved.claims + saved.tombstones == 0) {
        out << "nothing can be saved; nothing was changed: restore a backup, or move the file away and start "
               "with an empty registry\n";
        return;
    }
    out << "saved: " << contentOf(saved) << '\n';
    printLosses(out, saved);
    if (isDryRun)
        out << "nothing was changed (--dry-run)\n";
    else
        out << "kept:  the damaged file as " << result.kept.string() << '\n';
}

toolkit::Record factsOf(const std::filesystem::path& file, const Repaired& result)
{
    using toolkit::Cell;
    const Salvaged& saved = result.saved;
    return toolkit::Record()
        .add("file", file.string())
        .add("healthy", result.wasHealthy)
        .add("damage", result.damage.empty() ? Cell() : Cell(result.damage))
        .add("claims", saved.claims)
        .add("tombstones", saved.tombstones)
        .add("lost_at_least", saved.named + saved.refused)
        .add("damaged_pages", saved.damagedPages)
        .add("lost_pages", saved.lostPages)
        .add("missing_pages", saved.missingPages)
        .add("removed_may_be_back", saved.mayBeBack)
        .add("kept", result.kept.empty() ? Cell() : Cell(result.kept.string()));
}

} // namespace

const plugin::CommandLine& RepairCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine("registry repair",
                            "Saves what can be read of a damaged database of registry-sqlite into a new one, "
                            "which takes its place. The damaged file stays beside it as FILE.damaged-TIME. "
                            "Stop the daemon first.")
            .takes(CommandArgument::operand("STORE").optional().file().help("the file of the database"))
            .takes(CommandArgument::option("config", "FILE")
                       .needs("the name of a file")
                       .help("the daemon's configuration, which names the database"))
            .takes(CommandArgument::flag("dry-run").help("say what would be saved and change nothing"))
            .takes(toolkit::Listing::jsonFlag())
            .example("waymark registry repair --dry-run /var/lib/waymark/registry.db")
            .exits(ExitCode::ok, "the file is usable afterwards")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::corruptData, "it still is damaged, or it is empty")
            .exits(ExitCode::lockedDatabase, "a daemon has it")
            .exits(ExitCode::configuration,
                   "it cannot be repaired: it is missing, another program's or a newer Waymark's, or there "
                   "is no room for three copies");
    return line;
}

int RepairCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    if (values->has("STORE") == values->has("config"))
        return line().refuse(context, "name the database, with either its file or --config");
    std::filesystem::path file = values->find("STORE").value_or("");
    if (const auto named = values->find("config")) {
        const auto config = plugin::readConfigFile(*named, "registry-sqlite", _schema);
        if (!config)
            return line().fail(context, ExitCode::configuration, config.error().message);
        file = config->path("file");
    }
    const bool isDryRun = values->has("dry-run");
    try {
        const Repaired result = repair::repair(file, isDryRun);
        if (values->has("json"))
            factsOf(file, result).print(context, *values);
        else
            tell(context.out, result, isDryRun);
        const bool isUsable = result.wasHealthy || !result.kept.empty();
        return static_cast<int>(isUsable ? ExitCode::ok : ExitCode::corruptData);
    } catch (const plugin::StartError& error) {
        return line().fail(context, error.code(), error.what());
    }
}

} // namespace waymark::registry

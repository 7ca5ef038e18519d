#include "repair/RepairCommand.h"

#include "repair/Repair.h"

#include <waymark/plugin/ConfigFile.h>
#include <waymark/plugin/Plugin.h>

#include <optional>
#include <ostream>
#include <string_view>

namespace waymark::registry
{

using plugin::ExitCode;
using repair::Repaired;
using repair::Salvaged;

namespace
{

constexpr std::string_view usage =
    "usage: waymark registry repair [--file FILE | --config FILE] [--dry-run]\n"
    "\n"
    "Saves what can be read of a damaged database of registry-sqlite into a new one, which takes its place.\n"
    "The damaged file stays beside it as FILE.damaged-TIME. Stop the daemon first.\n"
    "\n"
    "  --file FILE     the database\n"
    "  --config FILE   the daemon's configuration, which names the database\n"
    "  --dry-run       say what would be saved and change nothing\n"
    "\n"
    "The exit code is 0 when the file is usable afterwards, 65 when it still is damaged or empty, 75 while "
    "a\n"
    "daemon has it, 78 when it cannot be repaired: it is missing, another program's or a newer Waymark's, "
    "or\n"
    "there is no room for three copies.\n";

struct Arguments
{
    std::optional<std::string> file;
    std::optional<std::string> config;
    bool isDryRun = false;
    bool help = false;
};

Result<Arguments> parse(const std::vector<std::string>& words)
{
    Arguments arguments;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--help" || word == "-h") {
            arguments.help = true;
        } else if (word == "--dry-run") {
            arguments.isDryRun = true;
        } else if (word == "--file" || word == "--config") {
            if (i + 1 == words.size())
                return failure(ErrorCode::invalidArgument, word + " needs the name of a file");
            (word == "--file" ? arguments.file : arguments.config) = words[++i];
        } else {
            return failure(ErrorCode::invalidArgument, "unexpected argument '" + word + "'");
        }
    }
    if (!arguments.help && arguments.file.has_value() == arguments.config.has_value())
        return failure(ErrorCode::invalidArgument, "name the database, with either --file or --config");
    return arguments;
}

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
    if (saved.missingPages > 0)
        pages += counted(saved.missingPages, "page is", "pages are") + " missing at the end of the file";
    if (saved.damagedPages > 0)
        pages += (pages.empty() ? "" : ", ") + counted(saved.damagedPages, "page", "pages") +
                 " of rows cannot be read to the end";
    return pages;
}

/// Keys of lost rows are known as far as an index still names them.
void printLosses(std::ostream& out, const Salvaged& saved)
{
    const std::size_t known = saved.named + saved.refused;
    const std::string pages = unreadable(saved);
    if (known == 0 && pages.empty())
        out << "lost:  nothing that left a trace\n";
    else
        out << "lost:  at least " << counted(known, "registration or removal", "registrations or removals")
            << (pages.empty() ? "" : ": " + pages) << '\n';
    if (saved.refused > 0)
        out << "note:  "
            << counted(saved.refused, "row was left out that holds", "rows were left out that hold")
            << " what no registry wrote\n";
    if (saved.mayBeBack)
        out << "note:  the list of free pages is damaged: some of what was removed may be there again\n";
}

int print(const plugin::CommandContext& context, const Repaired& result, bool isDryRun)
{
    const Salvaged& saved = result.saved;
    if (result.wasEmpty) {
        context.out
            << "the file is empty (0 bytes) and has no log: nothing can be saved; nothing was changed. "
               "A daemon takes it for a new registry: restore a backup first if there were peers\n";
        return static_cast<int>(ExitCode::corruptData);
    }
    if (result.wasHealthy) {
        context.out << "the database is healthy (" << contentOf(saved) << "); nothing was changed\n";
        return static_cast<int>(ExitCode::ok);
    }
    context.out << "found: " << result.damage << '\n';
    if (saved.claims + saved.tombstones == 0) {
        context.out
            << "nothing can be saved; nothing was changed: restore a backup, or move the file away and "
               "start with an empty registry\n";
        return static_cast<int>(ExitCode::corruptData);
    }
    context.out << "saved: " << contentOf(saved) << '\n';
    printLosses(context.out, saved);
    if (isDryRun) {
        context.out << "nothing was changed (--dry-run)\n";
        return static_cast<int>(ExitCode::corruptData);
    }
    context.out << "kept:  the damaged file as " << result.kept.string() << '\n';
    return static_cast<int>(ExitCode::ok);
}

} // namespace

int RepairCommand::run(const plugin::CommandContext& context)
{
    const auto complain = [&](ExitCode code, const std::string& what) {
        context.error << "registry repair: " << what << '\n';
        return static_cast<int>(code);
    };
    const auto arguments = parse(context.arguments);
    if (!arguments)
        return complain(ExitCode::usage, arguments.error().message + "; see --help");
    if (arguments->help) {
        context.out << usage;
        return static_cast<int>(ExitCode::ok);
    }
    std::filesystem::path file = arguments->file.value_or("");
    if (arguments->config) {
        const auto config = plugin::readConfigFile(*arguments->config, "registry-sqlite", _schema);
        if (!config)
            return complain(ExitCode::configuration, config.error().message);
        file = config->path("file");
    }
    try {
        return print(context, repair::repair(file, arguments->isDryRun), arguments->isDryRun);
    } catch (const plugin::StartError& error) {
        return complain(error.code(), error.what());
    }
}

} // namespace waymark::registry

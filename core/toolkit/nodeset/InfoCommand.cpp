#include "nodeset/InfoCommand.h"

#include "nodeset/Files.h"
#include "nodeset/Summary.h"

#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Record.h>

#include <ostream>
#include <string_view>

namespace waymark::toolkit::nodeset
{

using plugin::CommandArgument;
using plugin::ExitCode;

namespace
{

struct Group
{
    std::string field;
    std::string heading;
    const Summary::Counts& counts;
    bool isLong; ///< of which only the first are shown
};

std::vector<Group> groupsOf(const Summary& summary)
{
    return {{"families", "family", summary.families(), false},
            {"networks", "network", summary.networks(), true},
            {"forks", "fork", summary.forks(), true},
            {"last_answers", "answered", summary.ages(), false},
            {"entries", "entry", summary.keys(), true}};
}

std::string wordsOf(const Group& group, const std::string& value)
{
    if (group.field == "families" && value == "both")
        return "ipv4 and ipv6";
    if (group.field == "families" && value == "none")
        return "no address";
    const bool isWithin = group.field == "last_answers" && value != "older" && value != "never";
    return isWithin ? "within " + value : value;
}

Cell cellOf(const Group& group)
{
    std::vector<Cell> cells;
    for (const auto& [value, count] : group.counts) {
        const auto fork = group.field == "forks" ? ForkId::parse(value) : std::nullopt;
        cells.push_back(Cell::object({{"value", fork ? fork->cell() : Cell(value)}, {"nodes", count}}));
    }
    return Cell::list(cells);
}

void printTable(const Summary& summary, std::size_t top, const plugin::CommandContext& context,
                const plugin::CommandValues& values)
{
    constexpr double percent = 100;
    auto listing = Listing::list(context, values,
                                 {{"by", "BY", 0, false},
                                  {"value", "VALUE", 0, false},
                                  {"nodes", "NODES", 0, true},
                                  {"share", "SHARE", 0, true}});
    const auto add = [&](const Group& group, const std::string& value, std::size_t count) {
        const double share = percent * static_cast<double>(count) / static_cast<double>(summary.nodes());
        auto cell = Cell::number(share, 1);
        const std::string shown = cell.shown() + " %";
        listing.add({group.heading, value, count, std::move(cell).shownAs(shown)});
    };
    // A node may be in two of the others, so they have no share.
    const auto addOthers = [&](const Group& group, std::size_t others, std::size_t count) {
        listing.add({group.heading, "(" + std::to_string(others) + " others)", count, Cell()});
    };
    for (const Group& group : groupsOf(summary)) {
        const bool isCut = group.isLong && group.counts.size() > top;
        std::size_t rest = 0;
        for (std::size_t i = 0; i < group.counts.size(); ++i) {
            const auto& [value, count] = group.counts[i];
            if (!isCut || i < top)
                add(group, wordsOf(group, value), count);
            else
                rest += count;
        }
        if (isCut)
            addOthers(group, group.counts.size() - top, rest);
    }
    listing.end();
}

} // namespace

const plugin::CommandLine& InfoCommand::line() const
{
    static const plugin::CommandLine line =
        takingInput(plugin::CommandLine(
                        "node nodeset info",
                        "Counts the nodes of a set by address family, by network (/16 of IPv4, /32 of "
                        "IPv6), by fork id, by the time since they answered, and by the entries of "
                        "their records.")
                        .takes(CommandArgument::option("top", "N")
                                   .needs("a number")
                                   .integer(1, 1'000'000)
                                   .defaultsTo("10")
                                   .help("how many networks, forks and entries are shown; JSON has all"))
                        .exits(ExitCode::ok, "they were counted"))
            .takes(Listing::jsonFlag())
            .takes(inputOperand())
            .example("waymark nodeset info nodes.json");
    return line;
}

int InfoCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto input = readInput(line(), context, *values, {values->text("FILE")});
    if (!input)
        return input.error();
    const Summary summary(input->nodes, SystemClock().wallNow());
    Record record;
    record.add("format", input->format ? Cell(toString(*input->format)) : Cell())
        .add("nodes", summary.nodes())
        .add("records", Cell(summary.records())
                            .shownAs(std::to_string(summary.records()) + ", and " +
                                     std::to_string(summary.nodes() - summary.records()) + " URLs"))
        .add("duplicates", input->read - summary.nodes())
        .add("damaged", input->damaged)
        .add("best_score", "best score", summary.bestScore())
        .add("median_score", "median score", summary.medianScore());
    if (values->has("json"))
        for (const Group& group : groupsOf(summary))
            record.add(group.field, "", cellOf(group));
    record.print(context, *values);
    if (!values->has("json") && summary.nodes() > 0) {
        context.out << '\n';
        printTable(summary, values->integer("top"), context, *values);
    }
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::toolkit::nodeset

#include "commands/load/LoadReport.h"

#include "commands/Folded.h"

#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Record.h>

#include <algorithm>
#include <ostream>

namespace waymark::discv4::load
{

namespace
{

using toolkit::Cell;
using toolkit::Listing;
using toolkit::Record;

/// Requests that leave later than this, and than a tenth of what is measured, spoil the measurement.
constexpr Duration noticeable = std::chrono::milliseconds(2);
constexpr Duration::rep largestShare = 10;

double milliseconds(Duration value)
{
    return std::chrono::duration<double, std::milli>(value).count();
}

double seconds(Duration value)
{
    return std::chrono::duration<double>(value).count();
}

/// People get four digits or so.
Cell msOf(const Histogram& histogram, Duration value)
{
    const double ms = milliseconds(value);
    const int decimals = ms < 10 ? 3 : ms < 1'000 ? 1 : 0;
    return histogram.count() == 0 ? Cell() : Cell::number(ms, 3).shownAs(Cell::number(ms, decimals).shown());
}

double perSecond(std::uint64_t number, const Outcome& outcome)
{
    return outcome.took > Duration::zero() ? static_cast<double>(number) / seconds(outcome.took) : 0;
}

std::uint64_t sum(const Ledger& ledger, std::uint64_t Ledger::Counts::* what)
{
    std::uint64_t all = 0;
    for (const Kind kind : everyKind)
        all += ledger.counts(kind).*what;
    return all;
}

struct Share
{
    const char* field;
    const char* heading;
    double percent;
};
constexpr std::array shares{Share{"p50_ms", "P50 ms", 50}, Share{"p90_ms", "P90 ms", 90},
                            Share{"p99_ms", "P99 ms", 99}, Share{"p99_9_ms", "P99.9 ms", 99.9}};

bool isAsked(const Plan& plan, Kind kind)
{
    return plan.mix.of(kind) > 0;
}

std::vector<Cell> rowOf(Kind kind, const Ledger::Counts& counts)
{
    std::vector<Cell> row{toString(kind), counts.sent, counts.answered, counts.lost};
    for (const Share& share : shares)
        row.push_back(msOf(counts.latency, counts.latency.percentile(share.percent)));
    row.push_back(msOf(counts.latency, counts.latency.greatest()));
    return row;
}

std::vector<toolkit::Column> columns()
{
    std::vector<toolkit::Column> all{{"request", "REQUEST"},
                                     {"sent", "SENT", 0, true},
                                     {"answered", "ANSWERED", 0, true},
                                     {"lost", "LOST", 0, true}};
    for (const Share& share : shares)
        all.push_back({share.field, share.heading, 0, true});
    all.push_back({"max_ms", "MAX ms", 0, true});
    return all;
}

Cell histogramOf(const Histogram& histogram)
{
    std::vector<Cell> parts;
    for (const auto& [upper, number] : histogram.parts())
        parts.push_back(Cell::list({Cell::number(milliseconds(upper), 6), Cell(number)}));
    return Cell::list(parts);
}

Cell kindsOf(const Plan& plan, const Ledger& ledger)
{
    std::vector<Cell> kinds;
    for (const Kind kind : everyKind) {
        if (!isAsked(plan, kind))
            continue;
        const Ledger::Counts& counts = ledger.counts(kind);
        const auto names = columns();
        const auto row = rowOf(kind, counts);
        Record record;
        for (std::size_t i = 0; i < row.size(); ++i)
            record.add(names[i].field, row[i]);
        record.add("min_ms", msOf(counts.latency, counts.latency.least()));
        record.add("mean_ms", msOf(counts.latency, counts.latency.mean()));
        record.add("histogram", histogramOf(counts.latency));
        kinds.push_back(record.cell());
    }
    return Cell::list(kinds);
}

Record recordOf(const Generator& generator)
{
    const Plan& plan = generator.plan();
    const Ledger& ledger = generator.ledger();
    const Outcome& outcome = generator.outcome();
    const std::uint64_t sent = sum(ledger, &Ledger::Counts::sent);
    const std::uint64_t answered = sum(ledger, &Ledger::Counts::answered);
    Record record;
    record.add("address", "node", plan.target.toString());
    if (plan.rate > 0)
        record.add("rate", "intended",
                   Cell(plan.rate).shownAs(std::to_string(plan.rate) + " a second (open loop)"));
    else
        record.add("in_flight", "in flight",
                   Cell(plan.inFlight).shownAs(std::to_string(plan.inFlight) + " (closed loop)"));
    const auto rated = [&](std::uint64_t number) {
        return std::to_string(number) + ", " + Cell::number(perSecond(number, outcome), 1).shown() +
               " a second";
    };
    record.add("duration_s", "lasted",
               Cell::number(seconds(outcome.took), 3)
                   .shownAs(Cell::number(seconds(outcome.took), 3).shown() + " s"));
    record.add("identities", "identities",
               Cell(generator.identities())
                   .shownAs(std::to_string(generator.identities()) + ", of which " +
                            std::to_string(outcome.bonded) + " whose endpoint proof holds"));
    record.add("bonded", "", outcome.bonded);
    record.add("sent", "sent", Cell(sent).shownAs(rated(sent)));
    record.add("answered", "answered", Cell(answered).shownAs(rated(answered)));
    const std::uint64_t lost = sum(ledger, &Ledger::Counts::lost);
    const double percent = sent == 0 ? 0 : 100 * static_cast<double>(lost) / static_cast<double>(sent);
    record.add("lost", "lost",
               Cell(lost).shownAs(std::to_string(lost) + ", " + Cell::number(percent, 2).shown() + " %"));
    record.add("late", "late", ledger.late())
        .add("pending", outcome.pending > 0 ? "pending" : "", outcome.pending)
        .add("unsent", outcome.unsent > 0 ? "unsent" : "", outcome.unsent);
    record.add("waited", "", outcome.waited).add("not_sent", "", outcome.notSent);
    record.add("signed_late", "", outcome.signedLate);
    record.add("slip_p99_ms", plan.rate > 0 ? "schedule slip" : "",
               msOf(outcome.slip, outcome.slip.percentile(99))
                   .shownAs("p99 " + Cell::number(milliseconds(outcome.slip.percentile(99)), 3).shown() +
                            " ms, max " + Cell::number(milliseconds(outcome.slip.greatest()), 3).shown() +
                            " ms"));
    record.add("slip_max_ms", "", msOf(outcome.slip, outcome.slip.greatest()));
    record.add("generator_was_bottleneck", "", hasSlipped(generator))
        .add("interrupted", "", outcome.interrupted);
    return record;
}

} // namespace

bool hasSlipped(const Generator& generator)
{
    if (generator.plan().rate == 0)
        return false;
    const Duration slip = generator.outcome().slip.percentile(99);
    Duration latency{};
    for (const Kind kind : everyKind)
        latency = std::max(latency, generator.ledger().counts(kind).latency.percentile(99));
    return slip > noticeable && slip > latency / largestShare;
}

void printReport(const plugin::CommandContext& context, const plugin::CommandValues& values,
                 const Generator& generator)
{
    const Plan& plan = generator.plan();
    const Ledger& ledger = generator.ledger();
    Record record = recordOf(generator);
    if (values.has("json")) {
        record.add("requests", "", kindsOf(plan, ledger)).print(context, values);
        return;
    }
    record.print(context, values);
    if (context.terminal)
        context.out << '\n';
    Listing listing = Listing::list(context, values, columns());
    for (const Kind kind : everyKind)
        if (isAsked(plan, kind))
            listing.add(rowOf(kind, ledger.counts(kind)));
    listing.end();
    if (!values.has("histogram"))
        return;
    for (const Kind kind : everyKind)
        if (isAsked(plan, kind)) {
            context.out << "\nlatency of " << toString(kind) << " in milliseconds\n";
            ledger.counts(kind).latency.print(context.out);
        }
    context.out.flush();
}

void warn(const plugin::CommandContext& context, const Generator& generator)
{
    const Outcome& outcome = generator.outcome();
    const auto say = [&](bool holds, const std::string& text) {
        if (!holds)
            return;
        for (const std::string& line : folded(text, context.errorTerminal ? context.width : text.size() + 1))
            context.error << line << '\n';
    };
    const auto number = [](std::uint64_t value) {
        return std::to_string(value);
    };
    say(outcome.interrupted,
        "interrupted: " + number(outcome.pending) + " requests were under way, and count neither way");
    say(hasSlipped(generator), "the generator was the bottleneck: requests left late, which is "
                               "part of their latency; ask for a lower rate, "
                               "or give it more processors");
    say(outcome.signedLate > 0,
        number(outcome.signedLate) + " packets had to be signed when they were due; signing was too slow");
    say(outcome.waited > 0, number(outcome.waited) +
                                " FINDNODEs were due when every identity had one under way; "
                                "--identities gives more");
    say(outcome.unsent > 0, number(outcome.unsent) + " requests that were due were never sent");
    say(outcome.notSent > 0, number(outcome.notSent) + " packets were not taken by this machine's system");
    say(outcome.bonded < generator.identities(),
        number(generator.identities() - outcome.bonded) +
            " identities came to no endpoint proof that holds, and asked nothing");
    say(outcome.strayPackets > 0, number(outcome.strayPackets) + " datagrams that came are no packets");
    say(sum(generator.ledger(), &Ledger::Counts::lost) > 0 && !hasSlipped(generator),
        "nodes drop what is over their limits: waymarkd by default 50 questions a second of one node "
        "(discv4.question-rate), and 500 packets of one endpoint (discv4.known-rate)");
}

} // namespace waymark::discv4::load

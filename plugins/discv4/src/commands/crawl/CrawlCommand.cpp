#include "commands/crawl/CrawlCommand.h"

#include "client/SystemClientPort.h"
#include "commands/NodeArguments.h"
#include "commands/crawl/Crawl.h"
#include "commands/crawl/Summary.h"

#include <waymark/base/LockFile.h>
#include <waymark/plugin/CommandLine.h>
#include <waymark/toolkit/Interruption.h>
#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Progress.h>
#include <waymark/toolkit/Record.h>
#include <waymark/toolkit/nodeset/ForkId.h>
#include <waymark/toolkit/nodeset/NodesJson.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <ostream>

namespace waymark::discv4::crawl
{

namespace
{

using plugin::CommandArgument;
using plugin::ExitCode;
using toolkit::Cell;
using toolkit::nodeset::NodeSet;

constexpr std::uint64_t mostParallel = 10'000;
constexpr Duration saveInterval = std::chrono::seconds(30);
constexpr Duration pollPatience = std::chrono::milliseconds(100);
constexpr int receiveBuffer = 4 * 1024 * 1024; ///< answers come in bursts
constexpr std::size_t mostDamageTold = 5;

/// What a run works with, read from the arguments.
struct Job
{
    LockFile lock;
    std::filesystem::path file;
    std::vector<wire::Neighbor> start;
    Duration timeout{};
    Duration duration = Duration::max();
    std::size_t parallel = 0;
    node::SecretKey key;
    NodeSet nodes;
};

/// The set of an earlier crawl, if there is one.
OrExit<NodeSet> readSet(const Asked& asked, const std::filesystem::path& file)
{
    auto loaded = toolkit::nodeset::loadNodesJson(file);
    if (!loaded && loaded.error().code == ErrorCode::notFound)
        return NodeSet();
    if (!loaded) {
        const bool isDamaged = loaded.error().code == ErrorCode::corrupt;
        return tl::unexpected(asked.fail(
            isDamaged ? ExitCode::corruptData : ExitCode::io,
            loaded.error().message + (isDamaged ? "; name another file, or take this one away" : "")));
    }
    const auto& damaged = loaded->damaged;
    for (std::size_t i = 0; i < std::min(damaged.size(), mostDamageTold); ++i)
        asked.line.complain(asked.context, file.string() + ", " + damaged[i].toString() + "; left out");
    if (damaged.size() > mostDamageTold)
        asked.line.complain(asked.context,
                            "and " + std::to_string(damaged.size() - mostDamageTold) + " others like it");
    return std::move(loaded->nodes);
}

OrExit<std::vector<wire::Neighbor>> readStart(const Asked& asked)
{
    auto all = readBootnodes(asked);
    if (!all)
        return all;
    for (const std::string& text : asked.values.all("NODE")) {
        const auto node = readNode(asked, "NODE", text);
        const auto places = node ? placesOf(asked, *node) : tl::unexpected(node.error());
        if (!places)
            return tl::unexpected(places.error());
        all->insert(all->end(), places->begin(), places->end());
    }
    return all;
}

/// Of two crawls with one file the second to end would undo the work of the first.
OrExit<LockFile> lockOf(const Asked& asked, const std::filesystem::path& file)
{
    auto beside = file;
    beside += ".lock";
    auto lock = LockFile::take(beside, LockFile::AtEnd::removeWhatItMade);
    if (lock)
        return *std::move(lock);
    if (lock.error().code == ErrorCode::conflict)
        return tl::unexpected(
            asked.fail(ExitCode::lockedDatabase, "another crawl" + LockFile::holderOf(beside) + " works on " +
                                                     file.string() + "; wait for it, or name another file"));
    return tl::unexpected(asked.fail(ExitCode::io, lock.error().message));
}

OrExit<Job> readJob(const Asked& asked)
{
    const auto timeout = readTimeout(asked);
    if (!timeout)
        return tl::unexpected(timeout.error());
    auto key = readIdentity(asked);
    if (!key)
        return tl::unexpected(key.error());
    Duration duration = Duration::max();
    if (asked.values.has("duration")) {
        const auto given =
            readDuration(asked, "duration", std::chrono::milliseconds(1), std::chrono::hours(24 * 365));
        if (!given)
            return tl::unexpected(given.error());
        duration = *given;
    }
    auto start = readStart(asked);
    if (!start)
        return tl::unexpected(start.error());
    const std::filesystem::path file = asked.values.text("out");
    auto lock = lockOf(asked, file);
    if (!lock)
        return tl::unexpected(lock.error());
    auto nodes = readSet(asked, file);
    if (!nodes)
        return tl::unexpected(nodes.error());
    if (start->empty() && nodes->isEmpty())
        return tl::unexpected(asked.line.refuse(
            asked.context,
            "there is nobody to begin with: name a NODE or --bootnodes, or an --out FILE that has nodes"));
    return Job{*std::move(lock),  file,
               *std::move(start), *timeout,
               duration,          static_cast<std::size_t>(asked.values.integer("parallel")),
               *std::move(key),   *std::move(nodes)};
}

/// Crawls until nobody is left, the time is over or a signal comes, and saves now and then.
class CrawlRun
{
public:
    CrawlRun(const Asked& asked, Job job) : _asked(asked), _job(std::move(job)) {}

    int run()
    {
        client::SystemClientPort port({{}, {node::IpAddress::anyV6(), 0}, receiveBuffer});
        client::NodeClient client(_job.key, port, _clock, clientOptions(_asked));
        Crawl::Options rules;
        rules.parallel = _job.parallel;
        rules.patience = _job.timeout;
        Crawl crawl(client, _job.nodes, _clock, _random, rules);
        for (const wire::Neighbor& node : _job.start)
            crawl.add(node);
        crawl.addSet();
        const auto failed = loop(client, crawl);
        client.cancel();
        const int code = finish(crawl);
        return failed ? _asked.fail(ExitCode::io, failed->message) : code;
    }

private:
    std::optional<Error> save(const Crawl& crawl)
    {
        // A set is not to be lost because this machine has no network today.
        if (crawl.counts().answered == 0)
            return std::nullopt;
        const auto saved = toolkit::nodeset::saveNodesJson(_job.file, _job.nodes);
        return saved ? std::nullopt : std::optional(saved.error());
    }

    std::optional<Error> loop(client::NodeClient& client, Crawl& crawl)
    {
        toolkit::Progress progress(_asked.context, _clock, "crawling");
        const toolkit::Interruption interruption;
        _begun = _clock.now();
        MonotonicTime nextSave = _begun + saveInterval;
        while (!crawl.isOver() && !interruption.requested() && _clock.now() - _begun < _job.duration) {
            crawl.proceed();
            client.poll(pollPatience, &interruption);
            const auto& counts = crawl.counts();
            progress.update(counts.visited, counts.known,
                            std::to_string(counts.answered) + " answered, " +
                                std::to_string(crawl.underWay()) + " under way");
            if (_clock.now() < nextSave)
                continue;
            nextSave = _clock.now() + saveInterval;
            // The disk may have room again at the end.
            if (const auto failed = save(crawl)) {
                progress.wipe();
                _asked.fail(ExitCode::io, failed->message + "; the crawl goes on");
            }
        }
        _interrupted = interruption.requested();
        _took = _clock.now() - _begun;
        return save(crawl);
    }

    int finish(const Crawl& crawl)
    {
        const auto& counts = crawl.counts();
        if (counts.answered == 0) {
            const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(_job.timeout).count();
            const std::string none = _interrupted ? "stopped before a node answered"
                                                  : "none of " + std::to_string(counts.known) +
                                                        " nodes answered within " + std::to_string(timeout) +
                                                        " ms; check the bootnodes' addresses and UDP "
                                                        "ports, and whether a firewall is in between";
            std::error_code ignored;
            const bool isThere = std::filesystem::exists(_job.file, ignored);
            return _asked.fail(ExitCode::unavailable, none + "; " + _job.file.string() +
                                                          (isThere ? " is as it was" : " was not made"));
        }
        print(counts, crawl.isOver());
        return static_cast<int>(ExitCode::ok);
    }

    void print(const Crawl::Counts& counts, bool isWhole) const
    {
        const Summary summary(_job.nodes);
        const double seconds = std::chrono::duration<double>(_took).count();
        const std::size_t nodes = _job.nodes.size();
        toolkit::Record record;
        record.add("file", "file", _job.file.string());
        record.add("nodes", "nodes",
                   Cell(nodes).shownAs(std::to_string(nodes) + ", " + std::to_string(counts.added) +
                                       " of them new"));
        record.add("added", "", counts.added).add("removed", "removed", counts.removed);
        record.add("known", "heard of", counts.known).add("visited", "", counts.visited);
        record.add("answered", "answered", counts.answered);
        record.add("duration_s", "took",
                   Cell::number(seconds, 1).shownAs(Cell::number(seconds, 1).shown() + " s"));
        record
            .add("whole", "whole",
                 Cell(isWhole).shownAs(isWhole        ? "yes"
                                       : _interrupted ? "no, it was interrupted"
                                                      : "no, its time was over"))
            .add("interrupted", "", _interrupted);
        if (counts.forgotten > 0)
            record.add("forgotten", "forgotten", counts.forgotten);
        const bool isJson = _asked.values.has("json");
        if (isJson) {
            record.add("forks", "", objectsOf(summary.forks(), forkOf));
            record.add("clients", "", objectsOf(summary.clients()));
            record.add("families", "", objectsOf(summary.families()));
        }
        record.print(_asked.context, _asked.values);
        if (isJson)
            return;
        if (_asked.context.terminal)
            _asked.context.out << '\n';
        auto listing = toolkit::Listing::list(
            _asked.context, _asked.values,
            {{"by", "BY"}, {"nodes", "NODES", 0, true}, {"share", "SHARE", 0, true}, {"value", "VALUE"}});
        const auto add = [&](const char* by, const Summary::Counts& all) {
            for (const auto& [value, number] : all)
                listing.add(
                    {by, number,
                     Cell::number(100 * static_cast<double>(number) / static_cast<double>(nodes), 1)
                         .shownAs(
                             Cell::number(100 * static_cast<double>(number) / static_cast<double>(nodes), 1)
                                 .shown() +
                             " %"),
                     value});
        };
        add("fork", summary.forks());
        add("client", summary.clients());
        add("family", summary.families());
        listing.end();
    }

    static Cell textOf(const std::string& value) { return {value}; }
    /// "none" stays the text that it is.
    static Cell forkOf(const std::string& value)
    {
        const auto fork = toolkit::nodeset::ForkId::parse(value);
        return fork ? fork->cell() : Cell(value);
    }
    /// As `nodeset info` has them.
    static Cell objectsOf(const Summary::Counts& counts, Cell (*show)(const std::string&) = textOf)
    {
        std::vector<Cell> cells;
        for (const auto& [value, number] : counts)
            cells.push_back(Cell::object({{"value", show(value)}, {"nodes", Cell(number)}}));
        return Cell::list(cells);
    }

    const Asked& _asked;
    Job _job;
    SystemClock _clock;
    SystemRandom _random;
    MonotonicTime _begun;
    Duration _took{};
    bool _interrupted = false;
};

} // namespace

const plugin::CommandLine& CrawlCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine(
            "discv4 crawl",
            "Visits every discv4 node that it hears of, and keeps those that answer in a node set. "
            "A crawl with the file of an earlier one first sees who of it is still there.")
            .takes(CommandArgument::option("out", "FILE")
                       .needs("the name of a file")
                       .required()
                       .help("the node set, in the format of geth's devp2p (nodes.json): read where it "
                             "exists, and "
                             "written every 30 s and at the end"))
            .takes(bootnodesOption(
                "whom to begin with: enode URLs or ENRs between commas, or @FILE with one a line"))
            .takes(CommandArgument::option("parallel", "N")
                       .needs("a number of nodes")
                       .integer(1, mostParallel)
                       .defaultsTo("64")
                       .help("how many nodes are visited at the same time"))
            .takes(timeoutOption("1s", "how long to wait for each answer"))
            .takes(triesOption())
            .takes(CommandArgument::option("duration", "DURATION")
                       .duration()
                       .help("end after this time; without it when everybody was visited"))
            .takes(keyOption())
            .takes(toolkit::Listing::jsonFlag())
            .takes(nodeOperand().optional().repeatable())
            .example("waymark discv4 crawl --out nodes.json --duration 10m enode://...@198.51.100.7:30303")
            .exits(ExitCode::ok, "nodes answered; also when it was interrupted")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::corruptData, "FILE is no node set")
            .exits(ExitCode::unavailable, "nobody answered; FILE is as it was")
            .exits(ExitCode::io, "FILE cannot be read or written")
            .exits(ExitCode::lockedDatabase, "another crawl works on FILE")
            .exits(ExitCode::keyFile, "the key file cannot be used");
    return line;
}

int CrawlCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const Asked asked{line(), context, *values};
    auto job = readJob(asked);
    return job ? CrawlRun(asked, *std::move(job)).run() : job.error();
}

} // namespace waymark::discv4::crawl

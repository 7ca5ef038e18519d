#include "commands/StatusCommand.h"

#include "commands/AnswerJson.h"
#include "commands/ApiOptions.h"
#include "commands/TokenClient.h"

#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Record.h>
#include <waymark/toolkit/Style.h>

#include <Poco/String.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;
using plugin::CommandContext;
using plugin::CommandValues;
using plugin::ExitCode;
using toolkit::Cell;
using toolkit::Record;

/// The line of a sample that begins so, in the text format of Prometheus.
std::optional<std::string_view> sampleIn(std::string_view metrics, std::string_view name)
{
    for (std::size_t at = 0; at < metrics.size();) {
        const std::size_t end = std::min(metrics.find('\n', at), metrics.size());
        const std::string_view sample = metrics.substr(at, end - at);
        if (sample.starts_with(name))
            return sample;
        at = end + 1;
    }
    return std::nullopt;
}

std::optional<std::string> versionIn(std::string_view metrics)
{
    constexpr std::string_view mark = "version=\"";
    const auto sample = sampleIn(metrics, "waymark_build_info{");
    const std::size_t at = sample ? sample->find(mark) : std::string_view::npos;
    if (at == std::string_view::npos)
        return std::nullopt;
    const std::string_view value = sample->substr(at + mark.size());
    return std::string(value.substr(0, value.find('"')));
}

std::optional<std::uint64_t> uptimeIn(std::string_view metrics, const Clock& clock)
{
    constexpr std::string_view name = "process_start_time_seconds ";
    const auto sample = sampleIn(metrics, name);
    if (!sample)
        return std::nullopt;
    double started = 0;
    const auto [rest, error] =
        std::from_chars(sample->data() + name.size(), sample->data() + sample->size(), started);
    const auto now = static_cast<double>(clock.unixSeconds());
    if (error != std::errc() || !(started > 0))
        return std::nullopt;
    return static_cast<std::uint64_t>(std::max(0.0, now - started)); // clocks of two hosts differ
}

/// Asks a daemon for one thing after another.
class Inquiry
{
public:
    Inquiry(const plugin::CommandLine& line, const CommandContext& context, const CommandValues& values,
            const Clock& clock, const TokenClient& client)
        : _line(line), _context(context), _values(values), _clock(clock), _client(client)
    {
    }

    int run()
    {
        // Health is for everybody: a token is not needed, and not shown.
        const auto answer = _client.client().send({.method = "GET", .path = "/health"});
        if (!answer)
            return ApiOptions::complain(_line, _context, answer.error());
        if (auto read = readHealth(*answer); !read)
            return _line.fail(_context, ExitCode::unavailable,
                              _client.client().place() + ": " + read.error().message);
        if (!_values.has("probe")) {
            if (const auto looked = describe(); !looked)
                return ApiOptions::complain(_line, _context, looked.error());
        }
        _record.print(_context, _values);
        for (const std::string& problem : _problems)
            _line.complain(_context, printable(problem));
        return static_cast<int>(_isWell ? ExitCode::ok : ExitCode::failedCheck);
    }

private:
    Result<void> readHealth(const ApiAnswer& answer)
    {
        if (answer.status != 200 && answer.status != 503) {
            ApiAnswer said = answer;
            said.place.clear(); // whoever passes the error on names it
            return failure(ErrorCode::unavailable, "it does not tell its health: " + said.complaint());
        }
        const auto object = AnswerJson::object(answer.body);
        if (!object)
            return failure(object.error());
        AnswerJson health(*object);
        const std::string status = health.neededText("status");
        std::vector<std::pair<std::string, Cell>> checks;
        for (AnswerJson& check : health.members("checks")) {
            const std::string name = check.neededText("name");
            const std::string state = check.neededText("status");
            const auto reason = check.text("reason");
            if (auto good = check.check(); !good)
                return good;
            checks.emplace_back(name, state);
            _checks.push_back(Cell::object({{"name", name}, {"status", state}, {"reason", reason}}));
            if (state != "ok")
                _problems.push_back(name + " is " + state + (reason ? ": " + *reason : ""));
        }
        if (auto good = health.check(); !good)
            return good;
        _isWell = answer.status == 200;
        _record.add("health", "health", Cell(status));
        _record.add("checks", "checks", Cell::list(_checks).shownAs(Cell::object(checks).shown()));
        return {};
    }

    Result<void> describe()
    {
        if (auto node = _client.get("/"); !node)
            return failure(std::move(node.error()));
        else if (node->status == 200)
            return describeNode(node->body).and_then([this] { return describeMore(); });
        else
            _problems.push_back("no more is told: " + node->complaint());
        return {};
    }

    Result<void> describeNode(const std::string& body)
    {
        const auto object = AnswerJson::object(body);
        if (!object)
            return failure(object.error());
        AnswerJson node(*object);
        _record.add("id", Cell(node.neededText("peer_id")));
        _record.add("enode", Cell(node.text("enode")));
        _record.add("discovery_addrs", "discovery", Cell::list(node.texts("discovery_addrs")));
        _record.add("http_addr", "HTTP API", Cell(node.text("http_addr")));
        _record.add("registered_peers", "registered peers", Cell(node.number("registered_peers")));
        _record.add("discovered_peers", "discovered nodes", Cell(node.number("discovered_peers")));
        _record.add("revision", Cell(node.text("revision")));
        return node.check();
    }

    Result<void> describeMore()
    {
        const auto enr = _client.get("/enr");
        if (!enr)
            return failure(enr.error());
        const auto metrics = _client.get("/metrics");
        if (!metrics)
            return failure(metrics.error());
        const std::string text = metrics->status == 200 ? metrics->body : std::string();
        const auto uptime = uptimeIn(text, _clock);
        _record.add("enr", enr->status == 200 ? Cell(Poco::trim(enr->body)) : Cell());
        _record.add("version", Cell(versionIn(text)));
        _record.add("uptime_seconds", "uptime",
                    uptime ? Cell(*uptime).shownAs(std::to_string(*uptime) + " s") : Cell());
        return {};
    }

    const plugin::CommandLine& _line;
    const CommandContext& _context;
    const CommandValues& _values;
    const Clock& _clock;
    const TokenClient& _client;
    Record _record;
    std::vector<Cell> _checks;
    std::vector<std::string> _problems;
    bool _isWell = false;
};

} // namespace

const plugin::CommandLine& StatusCommand::line() const
{
    static const plugin::CommandLine line =
        ApiOptions::withUrl(
            plugin::CommandLine(
                "http-api status",
                "Says whether a daemon is well, and what it is: its identity, where it is "
                "reached, and how much it knows. With --probe it asks for health only, in one "
                "request that needs no token: for probes of Kubernetes.")
                .takes(CommandArgument::flag("probe").help("ask for health and nothing else")))
            .takes(toolkit::Listing::jsonFlag())
            .example("waymark status")
            .example("waymark status --probe --timeout 2s --url http://127.0.0.1:8080")
            .exits(ExitCode::ok, "it is well, or does its work all the same (degraded)")
            .exits(ExitCode::failedCheck, "it is not: something has failed, or it starts or stops")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::corruptData, "what it tells of itself cannot be read")
            .exits(ExitCode::unavailable, "nobody answers, or no daemon")
            .exits(ExitCode::io, "a file cannot be read")
            .exits(ExitCode::keyFile, "a token or certificate cannot be used");
    return line;
}

int StatusCommand::run(const CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto client = TokenClient::open(*values);
    if (!client)
        return ApiOptions::complain(line(), context, client.error());
    return Inquiry(line(), context, *values, _clock, *client).run();
}

} // namespace waymark::httpapi

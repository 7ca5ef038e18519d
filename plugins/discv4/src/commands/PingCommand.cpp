#include "commands/PingCommand.h"

#include "client/NodeClient.h"
#include "client/SystemClientPort.h"
#include "commands/NodeArguments.h"
#include "commands/PingStatistics.h"

#include <waymark/base/Clock.h>
#include <waymark/toolkit/Interruption.h>
#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Record.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <ostream>
#include <string>

namespace waymark::discv4
{

namespace
{

using client::Answer;
using client::PongAnswer;
using plugin::CommandArgument;
using plugin::ExitCode;
using toolkit::Cell;

constexpr std::uint64_t mostPings = 1'000'000'000;

/// One call of the command, once its arguments are read.
class Pinging
{
public:
    Pinging(const Asked& asked, const Question& question, Duration interval)
        : _asked(asked),
          _target(question.node),
          _where(_target.endpoint.udpEndpoint().toString()),
          _client(question.key, _port, _clock, clientOptions(asked)),
          _interval(interval),
          _timeout(question.timeout),
          _count(asked.values.integer("count") == 0 ? std::numeric_limits<std::uint64_t>::max()
                                                    : asked.values.integer("count"))
    {
    }

    int run()
    {
        const toolkit::Interruption interruption;
        const auto begun = _clock.now();
        for (auto next = begun; !interruption.requested() && out();) {
            if (_sequence < _count && _clock.now() >= next) {
                send();
                next += _interval;
                continue;
            }
            if (_sequence == _count && _client.pending() == 0)
                break;
            const Duration left = _sequence < _count ? next - _clock.now() : Duration(std::chrono::hours(1));
            _client.poll(std::max(left, Duration::zero()), &interruption);
        }
        if (interruption.requested() && _asked.context.terminal)
            out() << '\n'; // behind "^C"
        end(_clock.now() - begun);
        if (_statistics.receivedCount() > 0)
            return static_cast<int>(ExitCode::ok);
        return _failure ? _asked.fail(ExitCode::unavailable, *_failure)
                        : static_cast<int>(ExitCode::unavailable);
    }

private:
    bool wantsJson() const { return _asked.values.has("json"); }
    std::ostream& out() const { return _asked.context.out; }

    void send()
    {
        _statistics.sent();
        _client.ping(_target, _timeout, [this, sequence = ++_sequence](const Answer<PongAnswer>& answer) {
            show(sequence, answer);
        });
    }

    void show(std::uint64_t sequence, const Answer<PongAnswer>& answer)
    {
        if (answer)
            _statistics.received(answer->roundTrip);
        else if (!_failure)
            _failure = answer.error().message;
        if (wantsJson())
            recordOf(sequence, answer).print(_asked.context, _asked.values);
        else
            out() << lineOf(sequence, answer) << '\n' << std::flush;
    }

    toolkit::Record recordOf(std::uint64_t sequence, const Answer<PongAnswer>& answer) const
    {
        toolkit::Record record;
        record.add("address", _where).add("sequence", sequence).add("answered", answer.has_value());
        if (answer)
            record.add("rtt_ms", milliseconds(answer->roundTrip))
                .add("enr_seq", answer->enrSeq)
                .add("seen_as", answer->seenAs.udpEndpoint().toString());
        else
            record.add("trouble", toString(answer.error().trouble)).add("message", answer.error().message);
        return record;
    }

    std::string lineOf(std::uint64_t sequence, const Answer<PongAnswer>& answer) const
    {
        const std::string number = " seq=" + std::to_string(sequence);
        if (!answer)
            return briefly(answer.error()) + ':' + number;
        std::string line = "pong from " + _where + ':' + number;
        if (answer->enrSeq)
            line += " enr-seq=" + std::to_string(*answer->enrSeq);
        return line + " time=" + milliseconds(answer->roundTrip).shown() + " ms";
    }

    /// The whole message comes once, at the end.
    std::string briefly(const client::Failure& failure) const
    {
        switch (failure.trouble) {
        case client::Trouble::noAnswer:
            return "no answer from " + _where;
        case client::Trouble::refused:
            return "refused by " + _where;
        case client::Trouble::otherKey:
            return "another node answers at " + _where;
        default:
            return "no way to " + _where;
        }
    }

    void end(Duration time) const
    {
        if (wantsJson())
            toolkit::Record()
                .add("address", _where)
                .add("summary", _statistics.cell(time))
                .print(_asked.context, _asked.values);
        else
            out() << "--- " << _where << " ping statistics ---\n" << _statistics.text(time);
        out().flush();
    }

    static Cell milliseconds(Duration duration)
    {
        return Cell::number(std::chrono::duration<double, std::milli>(duration).count(), 3);
    }

    const Asked& _asked;
    wire::Neighbor _target;
    std::string _where;
    SystemClock _clock;
    client::SystemClientPort _port;
    client::NodeClient _client;
    Duration _interval;
    Duration _timeout;
    std::uint64_t _count;
    std::uint64_t _sequence = 0;
    PingStatistics _statistics;
    std::optional<std::string> _failure; ///< the first
};

} // namespace

const plugin::CommandLine& PingCommand::line() const
{
    static const plugin::CommandLine line =
        withFamilies(
            plugin::CommandLine("discv4 ping", "Asks a discv4 node for PONGs and shows how long they took."))
            .takes(CommandArgument::option("count", "N")
                       .needs("a number of pings")
                       .integer(0, mostPings)
                       .defaultsTo("1")
                       .help("how many pings; 0: until it is stopped"))
            .takes(CommandArgument::option("interval", "DURATION")
                       .duration()
                       .defaultsTo("1s")
                       .help("from one ping to the next, answered or not"))
            .takes(timeoutOption("1s", "how long to wait for each answer"))
            .takes(keyOption())
            .takes(toolkit::Listing::jsonFlag())
            .takes(nodeOperand())
            .example("waymark discv4 ping --count 3 enr:-...")
            .exits(ExitCode::ok, "the node answered, once at least")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::unavailable, "it did not answer, or there is no way to it")
            .exits(ExitCode::keyFile, "the key file cannot be used");
    return line;
}

int PingCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const Asked asked{line(), context, *values};
    // Faster is what "discv4 load" is for.
    const auto interval =
        readDuration(asked, "interval", std::chrono::milliseconds(10), std::chrono::hours(24));
    if (!interval)
        return interval.error();
    const auto question = readQuestion(asked);
    return question ? Pinging(asked, *question, *interval).run() : question.error();
}

} // namespace waymark::discv4

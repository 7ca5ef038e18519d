#include "commands/PeerFollower.h"

#include "commands/AnswerJson.h"
#include "commands/ApiOptions.h"
#include "commands/PeerArgument.h"
#include "commands/PeerPages.h"

#include <waymark/registry/Revision.h>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

namespace
{

using namespace std::chrono_literals;
using toolkit::Cell;
using toolkit::Column;
using toolkit::Listing;

constexpr auto silence = 45s; // the daemon says something every 15 seconds
constexpr int gone = 410;

/// What a wide terminal has room for beside the other columns and 24 of labels.
std::size_t digitsFor(std::size_t width)
{
    constexpr std::size_t others = 88;
    return std::clamp(width > others ? width - others : 0, PeerArgument::briefDigits,
                      PeerArgument::wholeDigits);
}

} // namespace

PeerFollower::PeerFollower(const plugin::CommandLine& line, const plugin::CommandContext& context,
                           const plugin::CommandValues& values, const TokenClient& client, const World& world)
    : _line(line),
      _context(context),
      _client(client),
      _clock(world.clock),
      _notices(line, context, false),
      _backoff(world.random),
      _form(formFor(context, values)),
      _digits(digitsFor(context.width)),
      _listing(Listing::stream(context, values, columns(_form))),
      _from(values.find("after").value_or("")),
      _lists(values.has("list"))
{
}

PeerFollower::Form PeerFollower::formFor(const plugin::CommandContext& context,
                                         const plugin::CommandValues& values)
{
    if (values.has("json"))
        return Form::json;
    return context.terminal ? Form::table : Form::plain;
}

/// A table has no room for revisions: the last one is told in the end.
std::vector<Column> PeerFollower::columns(Form form)
{
    if (form == Form::json)
        return {{"event", ""}, {"revision", ""}, {"cause", ""}, {"id", ""}, {"peer", ""}, {"time", ""}};
    constexpr std::size_t timeWidth = 8;
    constexpr std::size_t eventWidth = 8;
    constexpr std::size_t causeWidth = 6;
    constexpr std::size_t ipWidth = 13;
    constexpr std::size_t portWidth = 5;
    std::vector<Column> columns{{"time", "TIME", timeWidth},
                                {"event", "EVENT", eventWidth},
                                {"cause", "CAUSE", causeWidth},
                                {"id", "ID", PeerArgument::briefDigits},
                                {"ip", "IP", ipWidth},
                                {"tcp_port", "TCP", portWidth, true},
                                {"udp_port", "UDP", portWidth, true},
                                {"labels", "LABELS"}};
    if (form == Form::plain)
        columns.push_back({"revision", "REVISION"});
    return columns;
}

/// When it came here: the daemon does not tell when it was.
Cell PeerFollower::time() const
{
    constexpr std::size_t date = std::string_view("2033-05-18T").size();
    constexpr std::size_t clock = std::string_view("03:33:20").size();
    const auto now = timeOf(_clock.unixSeconds());
    return now && _form == Form::table ? Cell(std::string_view(*now).substr(date, clock)) : Cell(now);
}

/// Nobody who says all the time that there is something else to do keeps this busy.
bool PeerFollower::waitsAfter(End end)
{
    constexpr int mostTurns = 3;
    _turns = end == End::goesOn ? _turns + 1 : mostTurns;
    if (_turns < mostTurns)
        return false;
    _turns = 0;
    return true;
}

int PeerFollower::run(const toolkit::Interruption& interruption)
{
    const int code = attempts(interruption);
    if (_form == Form::table && _wasThere && !_from.empty())
        tellWhereToGoOn();
    return code;
}

void PeerFollower::tellWhereToGoOn() const
{
    _context.error << _line.command() << ": what happens from here on: --after " << _from << '\n';
}

int PeerFollower::attempts(const toolkit::Interruption& interruption)
{
    _interruption = &interruption;
    for (;;) {
        const End end = _lists ? list() : follow();
        if (interruption.requested() || !_context.out.good())
            return static_cast<int>(plugin::ExitCode::ok);
        if (end == End::over)
            return _code;
        if (waitsAfter(end) && interruption.waitFor(_backoff.next()))
            return static_cast<int>(plugin::ExitCode::ok);
    }
}

PeerFollower::End PeerFollower::follow()
{
    _events.restart();
    _problem.reset();
    const auto answer = _client.stream({.method = "GET", .path = "/events", .lastEvent = _from}, silence,
                                       [this](std::string_view bytes) { return take(bytes); });
    if (_problem)
        return failed(*_problem);
    if (_lists)
        return End::goesOn;
    if (!answer)
        return failed(answer.error());
    if (answer->status != 200)
        return refused(*answer);
    return failed(Error(ErrorCode::unavailable, "the daemon has ended the stream"));
}

bool PeerFollower::take(std::string_view bytes)
{
    const auto read = _events.read(bytes, [this](const ServerEvent& event) { print(event); });
    if (!read)
        _problem = read.error();
    return !_problem && !_lists && _context.out.good();
}

void PeerFollower::print(const ServerEvent& event)
{
    if (_problem || _lists)
        return;
    if (!registry::Revision::parse(event.id)) {
        _problem = Error(ErrorCode::corrupt, "an event of the stream has no revision");
        return;
    }
    _wasThere = true;
    _backoff.reset();
    if (std::exchange(_isAway, false))
        _notices.say("connected", "connected again");
    _notices.allIsWell();
    if (event.name == "resync") {
        _lists = true;
        return;
    }
    _from = event.id;
    if (event.name == "revision")
        return printRevision(event.id);
    if (event.name != "put" && event.name != "removed")
        return; // of a later version
    if (auto printed = printChange(event); !printed)
        _problem = printed.error();
}

Result<void> PeerFollower::printChange(const ServerEvent& event)
{
    const auto object = AnswerJson::object(event.data);
    if (!object)
        return failure(object.error());
    AnswerJson change(*object);
    const std::string id = change.neededText("id");
    const auto cause = change.text("cause");
    auto member = change.member("peer");
    if (auto good = change.check(); !good)
        return good;
    std::optional<ShownPeer> peer;
    if (member) {
        auto read = ShownPeer::read(*member);
        if (!read)
            return failure(read.error());
        peer = std::move(*read);
    }
    printRow(event.name, event.id, cause, peer, id);
    return {};
}

void PeerFollower::printRow(const std::string& event, const Cell& revision, const Cell& cause,
                            const std::optional<ShownPeer>& peer, const Cell& id)
{
    if (_form == Form::json) {
        _listing.add({event, revision, cause, id, peer ? peer->summary() : Cell(), time()});
        return;
    }
    const bool isTable = _form == Form::table;
    const bool isOfPeer = id.json() != Cell().json();
    std::vector<Cell> row{time(), event, cause,
                          isTable && isOfPeer ? Cell(PeerArgument::brief(id.shown(), _digits)) : id};
    if (peer)
        row.insert(row.end(), {peer->ip, peer->tcpPort, peer->udpPort, peer->labelCell()});
    else
        row.insert(row.end(), 4, Cell());
    if (!isTable)
        row.push_back(revision);
    _listing.add(std::move(row));
}

/// Once: who comes back knows it.
void PeerFollower::printRevision(const std::string& revision)
{
    if (!std::exchange(_knowsBeginning, true))
        printRow("revision", revision, {}, std::nullopt, {});
}

/// All peers anew, and then what happens after the first of them was read.
PeerFollower::End PeerFollower::list()
{
    PeerPages pages(_client);
    bool isFirst = true;
    while (pages.more()) {
        const auto page = pages.next();
        if (!page && pages.refusal())
            return refused(*pages.refusal());
        if (!page)
            return failed(page.error());
        if (!registry::Revision::parse(pages.revision()))
            return failed(Error(ErrorCode::corrupt, "the list of peers has no revision"));
        if (std::exchange(isFirst, false))
            printRow("resync", pages.revision(), {}, std::nullopt, {});
        for (const ShownPeer& peer : *page)
            printRow("put", pages.revision(), "list", peer, peer.id);
    }
    _wasThere = true;
    _lists = false;
    _from = pages.revision();
    _knowsBeginning = false;
    printRevision(_from);
    return End::goesOn;
}

PeerFollower::End PeerFollower::refused(const ApiAnswer& answer)
{
    if (answer.status == gone) {
        _notices.say("resync", "changes may be lost: listing all peers again");
        _lists = true;
        return End::goesOn;
    }
    if (ApiOptions::passes(answer.status) && _wasThere)
        return failed(Error(ErrorCode::unavailable, answer.complaint()));
    _code = ApiOptions::complain(_line, _context, answer);
    return End::over;
}

/// Who was there comes back; who never was is not waited for.
PeerFollower::End PeerFollower::failed(const Error& error)
{
    if (_interruption->requested() || !_context.out.good())
        return End::comesBack; // which is why, and nobody's fault: run() ends it
    if (!_wasThere) {
        _code = ApiOptions::complain(_line, _context, error);
        return End::over;
    }
    _notices.say("failed", "trying again: " + error.message);
    _isAway = true;
    return End::comesBack;
}

} // namespace waymark::httpapi

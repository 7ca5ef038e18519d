#include "commands/PeerFollower.h"

#include "commands/AnswerJson.h"
#include "commands/ApiOptions.h"
#include "commands/PeerArgument.h"
#include "commands/PeerPages.h"

#include <waymark/registry/Revision.h>

#include <chrono>
#include <ostream>
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

} // namespace

PeerFollower::PeerFollower(const plugin::CommandLine& line, const plugin::CommandContext& context,
                           const plugin::CommandValues& values, const TokenClient& client, Random& random)
    : _line(line),
      _context(context),
      _client(client),
      _notices(line, context, false),
      _backoff(random),
      _form(formFor(context, values)),
      _listing(Listing::stream(context, values, columns(_form))),
      _from(values.find("since").value_or("")),
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

std::vector<Column> PeerFollower::columns(Form form)
{
    if (form == Form::json)
        return {{"event", ""}, {"revision", ""}, {"cause", ""}, {"id", ""}, {"peer", ""}};
    if (form == Form::plain)
        return {{"event", ""}, {"revision", ""}, {"cause", ""}, {"id", ""}, {"address", ""}, {"labels", ""}};
    constexpr std::size_t eventWidth = 8;
    constexpr std::size_t causeWidth = 6;
    constexpr std::size_t peerWidth = 11;
    constexpr std::size_t addressWidth = 21;
    return {{"event", "EVENT", eventWidth},
            {"cause", "CAUSE", causeWidth},
            {"id", "PEER", peerWidth},
            {"address", "ADDRESS", addressWidth},
            {"labels", "LABELS"}};
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
    const Cell address = peer ? peer->address() : Cell();
    const Cell labels = peer ? peer->labelCell() : Cell();
    if (_form == Form::json)
        _listing.add({event, revision, cause, id, peer ? peer->summary() : Cell()});
    else if (_form == Form::plain)
        _listing.add({event, revision, cause, id, address, labels});
    else
        _listing.add({event, cause, PeerArgument::brief(id.shown()), address, labels});
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
    _notices.say("failed", error.message + "; trying again");
    _isAway = true;
    return End::comesBack;
}

} // namespace waymark::httpapi

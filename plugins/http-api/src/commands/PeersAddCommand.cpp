#include "commands/PeersAddCommand.h"

#include "commands/AnswerJson.h"
#include "commands/ApiOptions.h"
#include "commands/PeerArgument.h"
#include "commands/RegistrationList.h"
#include "commands/RegistrationOptions.h"
#include "commands/ShownPeer.h"
#include "commands/TokenClient.h"
#include "json/Utf8.h"

#include <waymark/base/AtomicFile.h>
#include <waymark/node/Enode.h>
#include <waymark/node/Enr.h>
#include <waymark/node/PeerId.h>
#include <waymark/toolkit/Interruption.h>
#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Progress.h>

#include <array>
#include <istream>
#include <ostream>
#include <string>
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

constexpr std::size_t largestFile = std::size_t{64} << 20U;

template <class Codec>
CommandArgument::Check parsesAs()
{
    return [](const std::string& value) -> Result<void> {
        const auto parsed = Codec::parse(value);
        return parsed ? Result<void>() : failure(parsed.error());
    };
}

/// Which of the ways to say who a peer is was taken; empty for none or more than one.
std::string waySaid(const CommandValues& values)
{
    std::string way;
    for (const char* candidate : {"enr", "enode", "id", "FILE"})
        if (values.has(candidate)) {
            if (!way.empty())
                return {};
            way = candidate;
        }
    return way;
}

Result<std::string> bodyOf(const CommandValues& values, const std::string& way,
                           const RegistrationOptions& options)
{
    const bool hasPlace = values.has("ip") || values.has("tcp-port") || values.has("udp-port");
    if (way != "id" && hasPlace)
        return failure(ErrorCode::invalidArgument,
                       "--" + way + " says where the peer is: leave --ip and the ports out");
    if (way == "id" && !values.has("ip"))
        return failure(ErrorCode::invalidArgument, "--id needs --ip, where the peer is reached");
    std::string body = "{\"" + way + "\":" + jsonQuoted(values.text(way));
    if (way == "id")
        body += R"(,"ip":)" + jsonQuoted(values.text("ip")) + R"(,"tcp_port":)" +
                std::to_string(RegistrationOptions::tcpPort(values)) + R"(,"udp_port":)" +
                std::to_string(RegistrationOptions::udpPort(values));
    return body + options.json() + '}';
}

Result<std::string> readAll(const CommandContext& context, const std::string& file)
{
    if (file != "-")
        return readSmallFile(file, largestFile);
    std::string text;
    std::array<char, 16384> part{};
    while (context.in.good() && text.size() <= largestFile) {
        context.in.read(part.data(), static_cast<std::streamsize>(part.size()));
        text.append(part.data(), static_cast<std::size_t>(context.in.gcount()));
    }
    if (text.size() > largestFile)
        return failure(ErrorCode::tooLarge, "standard input has more than 64 MB");
    return text;
}

/// What became of a file's registrations, as the daemon tells it batch by batch.
class BatchReport
{
public:
    BatchReport(const CommandContext& context, const CommandValues& values)
        : _isTable(context.terminal && !values.has("json")),
          _listing(toolkit::Listing::list(context, values, columns(_isTable)))
    {
    }

    /// `count` registrations were sent: an answer that has another number of results is none.
    Result<void> add(const std::string& body, std::size_t count)
    {
        const auto object = AnswerJson::object(body);
        if (!object)
            return failure(object.error());
        AnswerJson answer(*object);
        auto results = answer.members("results");
        if (auto good = answer.check(); !good)
            return good;
        if (results.size() != count)
            return failure(ErrorCode::corrupt, "the answer has " + std::to_string(results.size()) +
                                                   " results for " + std::to_string(count) +
                                                   " registrations");
        for (AnswerJson& result : results) {
            const auto status = result.number("status").value_or(0);
            const auto outcome = result.text("outcome");
            const auto id = result.text("id");
            const auto error = result.text("error");
            if (auto good = result.check(); !good)
                return good;
            _refused += status == 201 ? 0 : 1;
            ++_entries;
            if (!_isTable)
                _listing.add({_entries, status, outcome, id, error});
            else
                _listing.add({_entries, status, outcome, id ? Cell(PeerArgument::brief(*id)) : Cell()});
            if (_isTable && error)
                _errors.push_back("entry " + std::to_string(_entries) + ": " + printable(*error));
        }
        return {};
    }
    void end() { _listing.end(); }
    std::size_t entries() const noexcept { return _entries; }
    std::size_t refused() const noexcept { return _refused; }
    /// For lines of their own: what is wrong stands at the end of an error, where a table would cut it.
    const std::vector<std::string>& errors() const noexcept { return _errors; }

private:
    static std::vector<toolkit::Column> columns(bool isTable)
    {
        std::vector<toolkit::Column> columns{
            {"entry", "ENTRY", 0, true}, {"status", "STATUS", 0, true}, {"outcome", "OUTCOME"}, {"id", "ID"}};
        if (!isTable)
            columns.push_back({"error", "ERROR"});
        return columns;
    }

    bool _isTable;
    toolkit::Listing _listing;
    std::vector<std::string> _errors;
    std::size_t _entries = 0;
    std::size_t _refused = 0;
};

/// One batch after the other; those that were taken are reported whatever becomes of the rest.
class BatchSender
{
public:
    BatchSender(const plugin::CommandLine& line, const CommandContext& context, const CommandValues& values,
                const Clock& clock)
        : _line(line), _context(context), _report(context, values), _progress(context, clock, "registering")
    {
    }

    int send(const TokenClient& client, const std::vector<std::string>& registrations,
             const toolkit::Interruption& interruption)
    {
        int code = static_cast<int>(ExitCode::ok);
        for (const RegistrationBatch& batch : RegistrationList::batches(registrations)) {
            _progress.update(_report.entries(), registrations.size());
            const auto answer = client.send({.method = "POST", .path = "/peers:batch", .body = batch.body});
            code = interruption.requested() ? stopped() : take(answer, batch.count);
            if (code != static_cast<int>(ExitCode::ok))
                break;
        }
        _progress.wipe();
        _report.end();
        for (const std::string& error : _report.errors())
            _line.complain(_context, error);
        tell(registrations.size() - _report.entries(), registrations.size(), "confirmed");
        tell(_report.refused(), registrations.size(), "taken");
        return code == 0 && _report.refused() > 0 ? static_cast<int>(ExitCode::corruptData) : code;
    }

private:
    void tell(std::size_t count, std::size_t all, const char* what)
    {
        if (count > 0)
            _line.complain(_context, std::to_string(count) + " of " + std::to_string(all) +
                                         (count == 1 ? " was not " : " were not ") + what);
    }
    int take(const Result<ApiAnswer>& answer, std::size_t count)
    {
        _progress.wipe();
        if (!answer)
            return ApiOptions::complain(_line, _context, answer.error());
        if (answer->status != 200)
            return ApiOptions::complain(_line, _context, *answer);
        const auto added = _report.add(answer->body, count);
        return added ? static_cast<int>(ExitCode::ok) : ApiOptions::complain(_line, _context, added.error());
    }
    int stopped()
    {
        _progress.wipe();
        return _line.fail(_context, ExitCode::unavailable, "interrupted");
    }

    const plugin::CommandLine& _line;
    const CommandContext& _context;
    BatchReport _report;
    toolkit::Progress _progress;
};

} // namespace

const plugin::CommandLine& PeersAddCommand::line() const
{
    static const plugin::CommandLine line = ApiOptions::withExitCodes(
        ApiOptions::withUrl(
            RegistrationOptions::withContent(
                RegistrationOptions::withPorts(
                    plugin::CommandLine(
                        "http-api peers add",
                        "Registers peers for others: one by its record, URL or id, or all in FILE, "
                        "in one step for each ten thousand. That needs a token with the role "
                        "register (--token-file), or the daemon's socket.")
                        .takes(CommandArgument::operand("FILE").optional().help(
                            "registrations, - for standard input: a JSON array of them, or of enode URLs and "
                            "ENRs as in static-nodes.json; or one of these in each line"))
                        .takes(CommandArgument::option("enr", "ENR")
                                   .needs("a record, enr:...")
                                   .check(parsesAs<node::Enr>())
                                   .help("the peer's record"))
                        .takes(CommandArgument::option("enode", "URL")
                                   .needs("an enode URL")
                                   .check(parsesAs<node::Enode>())
                                   .help("its enode URL"))
                        .takes(CommandArgument::option("id", "ID")
                                   .needs("128 hex digits")
                                   .check(parsesAs<node::PeerId>())
                                   .help("its id; with --ip"))
                        .takes(RegistrationOptions::ipOption("where it is reached"))),
                "how long the registration lasts (what the daemon gives); of a FILE, where it says nothing "
                "else"))
            .takes(toolkit::Listing::jsonFlag())
            .example("waymark peers add --enr enr:-... --ttl 1h --label name=validator-1")
            .example("waymark peers add static-nodes.json")
            .exits(ExitCode::ok, "all of them are registered"));
    return line;
}

int PeersAddCommand::run(const CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const std::string way = waySaid(*values);
    if (way.empty())
        return line().refuse(context, "say which peer, by one of --enr, --enode, --id and FILE");
    const auto options = RegistrationOptions::from(*values);
    const auto body =
        options ? bodyOf(*values, way, *options) : Result<std::string>(failure(options.error()));
    if (!body)
        return ApiOptions::complain(line(), context, body.error());
    auto client = TokenClient::open(*values);
    if (!client)
        return ApiOptions::complain(line(), context, client.error());
    if (way == "FILE")
        return addAll(context, *values, *options, *client);
    const auto answer = client->send({.method = "POST", .path = "/peers", .body = *body});
    if (!answer)
        return ApiOptions::complain(line(), context, answer.error());
    if (answer->status != 201)
        return ApiOptions::complain(line(), context, *answer);
    const auto peer = ShownPeer::read(answer->body);
    if (!peer)
        return ApiOptions::complain(line(), context, peer.error());
    peer->record(context.terminal).print(context, *values);
    return static_cast<int>(ExitCode::ok);
}

int PeersAddCommand::addAll(const CommandContext& context, const CommandValues& values,
                            const RegistrationOptions& options, TokenClient& client) const
{
    const std::string& file = values.text("FILE");
    const auto text = readAll(context, file);
    if (!text)
        return ApiOptions::complain(line(), context, text.error());
    const auto registrations = RegistrationList::read(*text, options);
    if (!registrations)
        return ApiOptions::complain(line(), context,
                                    registrations.error().in(file == "-" ? "standard input" : file));
    if (registrations->empty())
        return line().fail(context, ExitCode::corruptData,
                           (file == "-" ? std::string("standard input") : file) + " has no registrations");
    const toolkit::Interruption interruption;
    client.heed(&interruption);
    const int code = BatchSender(line(), context, values, _clock).send(client, *registrations, interruption);
    client.heed(nullptr);
    return code;
}

} // namespace waymark::httpapi

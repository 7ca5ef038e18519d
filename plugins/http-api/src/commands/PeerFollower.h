#pragma once

#include "commands/Backoff.h"
#include "commands/Notices.h"
#include "commands/ServerEvents.h"
#include "commands/ShownPeer.h"
#include "commands/TokenClient.h"

#include <waymark/plugin/CommandLine.h>
#include <waymark/toolkit/Interruption.h>
#include <waymark/toolkit/Listing.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::httpapi
{

/// Prints the changes of a daemon's registry as they come, and comes back to where it was whenever the
/// connection has ended.
class PeerFollower
{
public:
    /// What it has of the world; both outlive it.
    struct World
    {
        const Clock& clock;
        Random& random;
    };
    /// All outlive it.
    PeerFollower(const plugin::CommandLine& line, const plugin::CommandContext& context,
                 const plugin::CommandValues& values, const TokenClient& client, const World& world);

    /// Until it is interrupted, nobody reads what it prints any more, or the daemon refuses. The exit code.
    int run(const toolkit::Interruption& interruption);

private:
    enum class Form
    {
        json,
        plain, ///< columns for programs
        table
    };
    /// How an attempt has ended.
    enum class End
    {
        comesBack, ///< after a while
        goesOn,    ///< at once: there is something else to do
        over       ///< with _code
    };

    static Form formFor(const plugin::CommandContext& context, const plugin::CommandValues& values);
    static std::vector<toolkit::Column> columns(Form form);
    toolkit::Cell time() const;
    int attempts(const toolkit::Interruption& interruption);
    void tellWhereToGoOn() const;
    bool waitsAfter(End end);
    End follow();
    End list();
    End refused(const ApiAnswer& answer);
    End failed(const Error& error);
    bool take(std::string_view bytes);
    void print(const ServerEvent& event);
    Result<void> printChange(const ServerEvent& event);
    void printRow(const std::string& event, const toolkit::Cell& revision, const toolkit::Cell& cause,
                  const std::optional<ShownPeer>& peer, const toolkit::Cell& id);
    void printRevision(const std::string& revision);

    const plugin::CommandLine& _line;
    const plugin::CommandContext& _context;
    const TokenClient& _client;
    const Clock& _clock;
    Notices _notices;
    Backoff _backoff;
    Form _form;
    std::size_t _digits; ///< of an id in a table
    toolkit::Listing _listing;
    ServerEvents _events;
    std::string _from; ///< where to go on; empty: now
    bool _lists;
    bool _wasThere = false;
    bool _isAway = false;
    bool _knowsBeginning = false; ///< and has printed it
    int _turns = 0;               ///< without a rest
    const toolkit::Interruption* _interruption = nullptr;
    std::optional<Error> _problem;
    int _code = 0;
};

} // namespace waymark::httpapi

#pragma once

#include <waymark/observe/Log.h>
#include <waymark/observe/Metrics.h>

#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// The one line in the log about a request that changes something, or would have: who asked for what, and
/// what became of it. Written by answered(), or else in the end, as status 0: the client was not answered.
/// It has no text of a client's in it but what was checked.
class AuditEntry
{
public:
    struct Facts
    {
        std::string method;
        std::string route; ///< the pattern
        std::string peer;  ///< id; empty where path and body have none
        std::string identity;
        std::string_view role;
        std::string remote;
        std::string request;     ///< its id
        bool byStranger = false; ///< refused, and by whoever it may be: then such lines are limited
    };

    /// `log` outlives it.
    AuditEntry(const observe::Log& log, observe::Counter lost, Facts facts);
    AuditEntry(const AuditEntry&) = delete;
    AuditEntry& operator=(const AuditEntry&) = delete;
    ~AuditEntry();

    /// Who asks turned out later.
    void identified(std::string identity, std::string_view role);
    /// Which peer was meant turned out later: the path does not say it.
    void concerns(const std::string& peer);
    /// The first call counts.
    void answered(int status) noexcept;

private:
    void write(int status) const;

    const observe::Log& _log;
    observe::Counter _lost;
    Facts _facts;
    bool _written = false;
};

} // namespace waymark::httpapi

#include "access/AuditEntry.h"

#include <exception>
#include <utility>

namespace waymark::httpapi
{

AuditEntry::AuditEntry(const observe::Log& log, observe::Counter lost, Facts facts)
    : _log(log), _lost(std::move(lost)), _facts(std::move(facts))
{
}

AuditEntry::~AuditEntry()
{
    answered(0);
}

void AuditEntry::identified(std::string identity, std::string_view role)
{
    _facts.identity = std::move(identity);
    _facts.role = role;
    _facts.byStranger = false;
}

void AuditEntry::concerns(const std::string& peer)
{
    if (_facts.peer.empty())
        _facts.peer = peer;
}

void AuditEntry::answered(int status) noexcept
{
    if (std::exchange(_written, true))
        return;
    try {
        write(status);
    } catch (const std::exception&) {
        _lost.increment();
    }
}

void AuditEntry::write(int status) const
{
    const observe::LogFields fields{{"method", _facts.method},     {"route", _facts.route},
                                    {"peer", _facts.peer},         {"status", status},
                                    {"identity", _facts.identity}, {"role", _facts.role},
                                    {"remote", _facts.remote},     {"request", _facts.request}};
    if (_facts.byStranger)
        _log.limited(observe::LogLevel::info, "http.audit", fields);
    else
        _log.info("http.audit", fields);
}

} // namespace waymark::httpapi

#include "commands/probe/Check.h"

#include <iterator>
#include <utility>

namespace waymark::discv4::probe
{

std::string_view toString(Verdict verdict) noexcept
{
    switch (verdict) {
    case Verdict::pass:
        return "pass";
    case Verdict::fail:
        return "fail";
    case Verdict::skip:
        break;
    }
    return "skip";
}

Finding pass(std::string detail)
{
    return {Verdict::pass, std::move(detail)};
}

Finding fail(std::string detail)
{
    return {Verdict::fail, std::move(detail)};
}

Finding skip(std::string detail)
{
    return {Verdict::skip, std::move(detail)};
}

std::vector<Check> allChecks()
{
    std::vector<Check> all;
    for (auto* const group : {pongChecks, proofChecks, neighborsChecks, enrChecks, endpointChecks,
                              expiryChecks, amplificationChecks, framingChecks, livenessChecks}) {
        std::vector<Check> checks = group();
        std::move(checks.begin(), checks.end(), std::back_inserter(all));
    }
    return all;
}

} // namespace waymark::discv4::probe

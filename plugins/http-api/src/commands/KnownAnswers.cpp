#include "commands/KnownAnswers.h"

#include "access/ProofChecker.h"
#include "routes/Admission.h"
#include "routes/PeerAnswers.h"

#include <string>
#include <variant>

namespace waymark::httpapi
{

namespace
{

bool isThe(const http::ApiResponse& known, const ApiAnswer& answer)
{
    const auto* const words = std::get_if<std::string>(&known.body());
    return answer.status == known.status() && words != nullptr && answer.body == *words;
}

} // namespace

bool saysUnknown(const ApiAnswer& answer)
{
    return isThe(unknownPeer(), answer);
}

bool saysStale(const ApiAnswer& given)
{
    return isThe(answer(staleRecord()), given);
}

bool saysClockDiffers(const ApiAnswer& answer)
{
    constexpr int unauthorized = 401;
    return isThe(http::ApiResponse::error(unauthorized, std::string(ProofChecker::expired)), answer) ||
           isThe(http::ApiResponse::error(unauthorized, std::string(ProofChecker::tooLong)), answer);
}

} // namespace waymark::httpapi

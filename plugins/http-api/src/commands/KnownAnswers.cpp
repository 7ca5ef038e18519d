#include "commands/KnownAnswers.h"

#include "routes/PeerAnswers.h"

#include <string>
#include <variant>

namespace waymark::httpapi
{

bool saysUnknown(const ApiAnswer& answer)
{
    const auto known = unknownPeer();
    const auto* const words = std::get_if<std::string>(&known.body());
    return answer.status == known.status() && words != nullptr && answer.body == *words;
}

} // namespace waymark::httpapi

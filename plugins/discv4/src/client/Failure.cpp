#include "client/Failure.h"

namespace waymark::discv4::client
{

std::string_view toString(Trouble trouble) noexcept
{
    switch (trouble) {
    case Trouble::noAnswer:
        return "no_answer";
    case Trouble::refused:
        return "refused";
    case Trouble::unreachable:
        return "unreachable";
    case Trouble::notSent:
        return "not_sent";
    case Trouble::otherKey:
        return "other_key";
    case Trouble::badAnswer:
        break;
    }
    return "bad_answer";
}

} // namespace waymark::discv4::client

#include "wire/Drop.h"

namespace waymark::discv4::wire
{

std::string_view toString(Drop drop) noexcept
{
    switch (drop) {
    case Drop::denied:
        return "denied";
    case Drop::banned:
        return "banned";
    case Drop::tooShort:
        return "too_short";
    case Drop::tooLong:
        return "too_long";
    case Drop::badHash:
        return "bad_hash";
    case Drop::unknownType:
        return "unknown_type";
    case Drop::malformed:
        return "malformed";
    case Drop::expired:
        return "expired";
    case Drop::rateLimited:
        return "rate_limited";
    case Drop::knownLimited:
        return "known_limited";
    case Drop::crowded:
        return "crowded";
    case Drop::badSignature:
        return "bad_signature";
    case Drop::ownKey:
        return "own_key";
    case Drop::unsolicited:
        return "unsolicited";
    case Drop::unproven:
        return "unproven";
    case Drop::budgetUsed:
        return "budget_used";
    case Drop::proofsFull:
        return "proofs_full";
    case Drop::repeated:
        return "repeated";
    case Drop::questionsUsed:
        return "questions_used";
    case Drop::badRecord:
        return "bad_record";
    case Drop::otherChain:
        return "other_chain";
    case Drop::notUsable:
        return "not_usable";
    case Drop::internalError:
        return "internal_error";
    case Drop::count:
        break;
    }
    return "none";
}

} // namespace waymark::discv4::wire

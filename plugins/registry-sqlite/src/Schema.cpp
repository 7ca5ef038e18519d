#include "Schema.h"

#include <array>

namespace waymark::registry
{

Migrations migrations() noexcept
{
    static constexpr std::array<const Migration*, 3> all{&migration001, &migration002, &migration003};
    return all;
}

std::int64_t schemaVersion() noexcept
{
    return migrations().back()->version;
}

} // namespace waymark::registry

#include "registry/table/Origins.h"

namespace waymark::registry::table
{

Origins::Origins(const Origins& other)
    : _numbers(other._numbers), _origins(other._origins), _free(other._free)
{
    for (const auto& [name, number] : _numbers)
        _origins[number].name = &name;
}

Origins::Number Origins::hold(std::string_view origin)
{
    if (const auto known = _numbers.find(origin); known != _numbers.end()) {
        ++_origins[known->second].claims;
        return known->second;
    }
    if (!_free) {
        const auto added = static_cast<Number>(_origins.size());
        _origins.push_back({nullptr, 0, std::nullopt});
        _free = added;
    }
    const Number number = *_free;
    const auto named = _numbers.emplace(std::string(origin), number).first;
    Origin& taken = _origins[number];
    _free = taken.nextFree;
    taken = {&named->first, 1, std::nullopt};
    return number;
}

void Origins::release(Number origin) noexcept
{
    Origin& released = _origins[origin];
    if (--released.claims > 0)
        return;
    _numbers.erase(_numbers.find(*released.name));
    released = {nullptr, 0, _free};
    _free = origin;
}

std::optional<Origins::Number> Origins::find(std::string_view origin) const noexcept
{
    const auto known = _numbers.find(origin);
    return known == _numbers.end() ? std::nullopt : std::optional(known->second);
}

} // namespace waymark::registry::table

#include "stores/Statistics.h"

#include <utility>
#include <variant>
#include <vector>

namespace waymark::toolkit::stores
{

using namespace waymark::registry;

Result<void> Statistics::begin(const StoreHead&)
{
    return {};
}

Result<void> Statistics::take(std::vector<StoredRow> rows)
{
    for (const StoredRow& row : rows)
        if (const auto* const claim = std::get_if<ClaimRow>(&row))
            count(*claim);
    return {};
}

void Statistics::count(const ClaimRow& row)
{
    ++_origins[row.origin];
    ++_schemes[std::string(toString(row.peer->id.scheme()))];
    ++_leases[row.lease.isForever() ? "forever" : row.lease.wallExpiry <= _now ? "over" : "running"];
    _withEnr += row.peer->enr ? 1 : 0;
    for (const auto& [name, value] : row.peer->labels)
        count(name, value);
}

void Statistics::count(const std::string& label, const std::string& value)
{
    if (_labels.size() == mostNames && !_labels.contains(label))
        return;
    Label& counted = _labels[label];
    ++counted.claims;
    counted.hasMany |= counted.values.size() == mostValues && !counted.values.contains(value);
    if (!counted.hasMany)
        ++counted.values[value];
}

Cell Statistics::cellOf(const Counts& counts)
{
    std::vector<std::pair<std::string, Cell>> members;
    for (const auto& [name, count] : counts)
        members.emplace_back(name, count);
    return Cell::object(members);
}

Cell Statistics::labels() const
{
    std::vector<std::pair<std::string, Cell>> members;
    for (const auto& [name, label] : _labels) {
        std::vector<std::pair<std::string, Cell>> parts{{"claims", label.claims}};
        if (!label.hasMany)
            parts.emplace_back("values", cellOf(label.values));
        std::string shown = std::to_string(label.claims);
        if (!label.hasMany)
            shown += " (" + cellOf(label.values).shown() + ')';
        members.emplace_back(name, Cell::object(parts).shownAs(shown));
    }
    return Cell::object(members);
}

} // namespace waymark::toolkit::stores

#include "Domains.h"

#include <algorithm>
#include <stdexcept>

namespace waymark::testkit::fault
{

Domains& Domains::all()
{
    static Domains domains;
    return domains;
}

std::shared_ptr<Domain> Domains::add(const std::filesystem::path& folder)
{
    const auto canonical = std::filesystem::canonical(folder);
    auto domain = std::make_shared<Domain>(canonical);
    const std::lock_guard lock(_mutex);
    for (const auto& other : _domains) {
        if (other->contains(canonical) || domain->contains(other->folder()))
            throw std::logic_error(canonical.string() + " has faults already, by " +
                                   other->folder().string());
    }
    _domains.push_back(domain);
    return domain;
}

void Domains::remove(const std::shared_ptr<Domain>& domain)
{
    const std::lock_guard lock(_mutex);
    std::erase(_domains, domain);
}

std::shared_ptr<Domain> Domains::find(const std::filesystem::path& file) const
{
    const std::lock_guard lock(_mutex);
    const auto found =
        std::ranges::find_if(_domains, [&](const auto& domain) { return domain->contains(file); });
    return found == _domains.end() ? nullptr : *found;
}

} // namespace waymark::testkit::fault

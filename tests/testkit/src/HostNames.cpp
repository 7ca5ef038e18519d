#include <waymark/testkit/HostNames.h>

#include <optional>
#include <stdexcept>
#include <utility>

namespace waymark::testkit
{

void HostNames::set(const std::string& name, std::vector<node::IpAddress> addresses)
{
    if (addresses.empty())
        throw std::invalid_argument("a name without addresses is none: remove() it");
    const std::lock_guard lock(_mutex);
    _names.insert_or_assign(name, std::move(addresses));
}

void HostNames::remove(const std::string& name)
{
    const std::lock_guard lock(_mutex);
    _names.erase(name);
}

void HostNames::mute(const std::string& name)
{
    const std::lock_guard lock(_mutex);
    _names.insert_or_assign(name, std::vector<node::IpAddress>());
}

std::size_t HostNames::asked(const std::string& name) const
{
    const std::lock_guard lock(_mutex);
    const auto found = _asked.find(name);
    return found == _asked.end() ? 0 : found->second;
}

Subscription HostNames::resolve(std::string name, Completion completion)
{
    std::optional<std::vector<node::IpAddress>> addresses;
    {
        const std::lock_guard lock(_mutex);
        ++_asked[name];
        if (const auto found = _names.find(name); found != _names.end())
            addresses = found->second;
    }
    if (!addresses)
        completion(failure(ErrorCode::notFound, "name " + name + ": nobody knows it"));
    else if (!addresses->empty())
        completion(*std::move(addresses));
    return {};
}

} // namespace waymark::testkit

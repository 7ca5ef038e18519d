#include <waymark/base/Bytes.h>
#include <waymark/http/RouteTable.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stdexcept>
#include <tuple>

namespace waymark::http
{

namespace
{

std::vector<std::string_view> segmentsOf(std::string_view path)
{
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        path.remove_prefix(1); // the slash
        const std::size_t end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

bool isParameter(std::string_view segment) noexcept
{
    return segment.starts_with('{');
}

int hexDigit(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::optional<std::string> percentDecoded(std::string_view text)
{
    std::string decoded;
    decoded.reserve(text.size()); // growing would leave behind what may be a secret
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded.push_back(text[i]);
            continue;
        }
        if (i + 2 >= text.size())
            return std::nullopt;
        const int high = hexDigit(text[i + 1]);
        const int low = hexDigit(text[i + 2]);
        if (high < 0 || low < 0)
            return std::nullopt;
        decoded.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return decoded;
}

/// The pattern with its parameters' names left out: two routes of one shape lead to the same path.
std::string shapeOf(const std::string& pattern)
{
    std::string shape;
    for (const std::string_view segment : segmentsOf(pattern)) {
        shape += '/';
        shape += isParameter(segment) ? "{}" : segment;
    }
    return shape;
}

void checkRoute(const Route& route)
{
    const auto wrong = [&](const std::string& what) {
        throw std::logic_error("route " + route.method + ' ' + route.pattern + ": " + what);
    };
    if (!route.handler)
        wrong("it has no handler");
    const auto upper = [](char c) {
        return c >= 'A' && c <= 'Z';
    };
    if (route.method.empty() || !std::ranges::all_of(route.method, upper))
        wrong("the method must be upper-case letters");
    if (!route.pattern.starts_with('/'))
        wrong("the pattern must start with '/'");
    std::vector<std::string_view> names;
    for (const std::string_view segment : segmentsOf(route.pattern)) {
        if (!isParameter(segment)) {
            if (segment.find_first_of("{}") != std::string_view::npos)
                wrong("a parameter must be a whole segment");
            continue;
        }
        const std::string_view name = segment.substr(1, segment.size() - 2);
        if (!segment.ends_with('}') || name.empty() || name.find_first_of("{}") != std::string_view::npos)
            wrong("a parameter must be written {name}");
        if (std::ranges::find(names, name) != names.end())
            wrong("a parameter's name stands twice");
        names.push_back(name);
    }
}

using Parameters = std::map<std::string, std::string, std::less<>>;

bool matchesPattern(std::string_view pattern, const std::vector<std::string>& path)
{
    const auto matches = [](std::string_view segment, const std::string& part) {
        return isParameter(segment) ? !part.empty() : segment == part;
    };
    return std::ranges::equal(segmentsOf(pattern), path, matches);
}

/// Of a path that matches; its segments move out.
Parameters takeParameters(std::string_view pattern, std::vector<std::string>& path)
{
    const auto segments = segmentsOf(pattern);
    Parameters parameters;
    for (std::size_t i = 0; i < path.size(); ++i)
        if (isParameter(segments[i]))
            parameters.emplace(segments[i].substr(1, segments[i].size() - 2), std::move(path[i]));
    return parameters;
}

/// True when `left` has a fixed segment where `right` first has a parameter.
bool moreFixed(const std::string& left, const std::string& right)
{
    const auto leftSegments = segmentsOf(left);
    const auto rightSegments = segmentsOf(right);
    for (std::size_t i = 0; i < std::min(leftSegments.size(), rightSegments.size()); ++i)
        if (isParameter(leftSegments[i]) != isParameter(rightSegments[i]))
            return isParameter(rightSegments[i]);
    return false;
}

/// A path's decoded segments, overwritten in the end: somebody may have put a secret there.
struct DecodedPath
{
    std::vector<std::string> segments;

    DecodedPath() = default;
    DecodedPath(const DecodedPath&) = delete;
    DecodedPath& operator=(const DecodedPath&) = delete;
    ~DecodedPath()
    {
        std::ranges::for_each(segments, [](std::string& segment) { secureWipe(segment); });
    }

    bool decode(std::string_view path)
    {
        if (!path.starts_with('/'))
            return false;
        for (const std::string_view segment : segmentsOf(path)) {
            auto decoded = percentDecoded(segment);
            if (!decoded)
                return false;
            segments.push_back(std::move(*decoded));
        }
        return true;
    }
};

} // namespace

struct RouteTable::State
{
    mutable std::shared_mutex mutex;
    std::vector<std::shared_ptr<const Route>> routes; ///< in order of pattern and method
    std::function<void()> gate;
};

RouteTable::RouteTable() : _state(std::make_shared<State>()) {}

Subscription RouteTable::add(Route route)
{
    checkRoute(route);
    auto added = std::make_shared<const Route>(std::move(route));
    const std::string shape = shapeOf(added->pattern);
    {
        const std::lock_guard lock(_state->mutex);
        auto& routes = _state->routes;
        for (const auto& other : routes)
            if (other->method == added->method && shapeOf(other->pattern) == shape)
                throw std::logic_error("route " + added->method + ' ' + added->pattern +
                                       " is there already as " + other->pattern);
        const auto before = [](const auto& left, const auto& right) {
            return std::tie(left->pattern, left->method) < std::tie(right->pattern, right->method);
        };
        routes.insert(std::ranges::upper_bound(routes, added, before), added);
    }
    return Subscription([state = std::weak_ptr<State>(_state), added] {
        if (const auto owner = state.lock()) {
            const std::lock_guard lock(owner->mutex);
            std::erase(owner->routes, added);
        }
    });
}

void RouteTable::setGate(std::function<void()> gate)
{
    _state->gate = std::move(gate);
}

RouteTable::Match RouteTable::match(std::string_view method, std::string_view path) const
{
    if (_state->gate)
        _state->gate();
    DecodedPath decoded;
    if (!decoded.decode(path))
        return {};
    const std::shared_lock lock(_state->mutex);
    std::vector<std::shared_ptr<const Route>> found;
    for (const auto& route : _state->routes) {
        if (!matchesPattern(route->pattern, decoded.segments))
            continue;
        if (!found.empty() && moreFixed(found.front()->pattern, route->pattern))
            continue;
        if (!found.empty() && moreFixed(route->pattern, found.front()->pattern))
            found.clear();
        found.push_back(route);
    }
    Match match;
    for (const auto& route : found) {
        match.allowed.push_back(route->method);
        const bool servesHead = route->method == "GET" && method == "HEAD" && !match.route;
        if (route->method == method || servesHead)
            match.route = route;
    }
    if (match.route)
        match.parameters = takeParameters(match.route->pattern, decoded.segments);
    const bool get = std::ranges::find(match.allowed, "GET") != match.allowed.end();
    if (get && std::ranges::find(match.allowed, "HEAD") == match.allowed.end())
        match.allowed.emplace_back("HEAD");
    std::ranges::sort(match.allowed);
    return match;
}

std::vector<std::shared_ptr<const Route>> RouteTable::routes() const
{
    const std::shared_lock lock(_state->mutex);
    return _state->routes;
}

} // namespace waymark::http

#include "discv4/Counters.h"

#include <algorithm>
#include <sstream>

namespace waymark::bench
{

namespace
{

/// Values of these metrics have no quotes in them.
std::map<std::string, std::string> labelsOf(std::string_view text)
{
    std::map<std::string, std::string> labels;
    for (;;) {
        const auto equals = text.find("=\"");
        const auto end = text.find('"', equals + 2);
        if (equals == std::string_view::npos || end == std::string_view::npos)
            return labels;
        labels.emplace(text.substr(0, equals), text.substr(equals + 2, end - equals - 2));
        text.remove_prefix(std::min(end + 2, text.size())); // and the comma
    }
}

} // namespace

Counters Counters::parse(const std::string& text)
{
    Counters counters;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const auto space = line.rfind(' ');
        if (line.starts_with('#') || space == std::string::npos)
            continue;
        const std::string series = line.substr(0, space);
        const auto brace = series.find('{');
        const auto labels =
            brace == std::string::npos ? std::string_view() : std::string_view(series).substr(brace + 1);
        counters._series[series] = {series.substr(0, brace), labelsOf(labels),
                                    std::stod(line.substr(space + 1))};
    }
    return counters;
}

double Counters::sum(std::string_view name) const
{
    double sum = 0;
    for (const auto& [text, series] : _series)
        if (series.name == name)
            sum += series.value;
    return sum;
}

double Counters::sum(std::string_view name, std::string_view label, std::string_view value) const
{
    double sum = 0;
    for (const auto& [text, series] : _series) {
        const auto found = series.labels.find(std::string(label));
        if (series.name == name && found != series.labels.end() && found->second == value)
            sum += series.value;
    }
    return sum;
}

std::map<std::string, double> Counters::grownSince(const Counters& before, std::string_view name,
                                                   std::string_view label) const
{
    std::map<std::string, double> grown;
    for (const auto& [text, series] : _series) {
        const auto value = series.labels.find(std::string(label));
        if (series.name != name || value == series.labels.end())
            continue;
        const auto old = before._series.find(text);
        const double growth = series.value - (old == before._series.end() ? 0 : old->second.value);
        if (growth > 0)
            grown[value->second] += growth;
    }
    return grown;
}

bool Counters::has(std::string_view name) const
{
    return std::ranges::any_of(_series, [&](const auto& each) { return each.second.name == name; });
}

} // namespace waymark::bench

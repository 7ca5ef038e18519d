#pragma once

#include <map>
#include <string>
#include <string_view>

namespace waymark::bench
{

/// What a daemon's metrics said at a moment: values by series, as in GET /metrics.
class Counters
{
public:
    /// Lines of Prometheus's text format.
    static Counters parse(const std::string& text);

    /// The sum over all series of a metric, or of those that have `label` with this value.
    double sum(std::string_view name) const;
    double sum(std::string_view name, std::string_view label, std::string_view value) const;
    /// What grew, by the values of a label.
    std::map<std::string, double> grownSince(const Counters& before, std::string_view name,
                                             std::string_view label) const;
    bool has(std::string_view name) const;

private:
    struct Series
    {
        std::string name;
        std::map<std::string, std::string> labels;
        double value = 0;
    };

    std::map<std::string, Series> _series; ///< by name and labels as they were written
};

} // namespace waymark::bench

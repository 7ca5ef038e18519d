#include "base/CallGate.h"

#include <waymark/observe/Metrics.h>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cctype>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace waymark::observe
{

namespace
{

bool isName(const std::string& name, bool colons)
{
    const auto allowed = [&](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (colons && c == ':');
    };
    return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
           std::ranges::all_of(name, allowed);
}

void checkNames(const std::string& name, const MetricLabels& labels)
{
    if (!isName(name, true))
        throw std::invalid_argument("'" + name + "' is no metric name");
    for (const auto& [label, value] : labels)
        if (!isName(label, false) || label.starts_with("__"))
            throw std::invalid_argument("'" + label + "' is no label name (metric " + name + ")");
}

bool sameLabels(const prometheus::ClientMetric& metric, const MetricLabels& labels)
{
    if (metric.label.size() != labels.size())
        return false;
    return std::ranges::all_of(metric.label, [&](const auto& label) {
        const auto found = labels.find(label.name);
        return found != labels.end() && found->second == label.value;
    });
}

} // namespace

/// Asked for its value when metrics are collected.
struct MetricRegistry::Sample
{
    std::string name;
    std::string help;
    prometheus::MetricType kind;
    MetricLabels labels;
    std::function<double()> function;
    CallGate gate;

    prometheus::ClientMetric take() const
    {
        prometheus::ClientMetric metric;
        (kind == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = function();
        for (const auto& [label, text] : labels)
            metric.label.push_back({label, text});
        return metric;
    }
};

struct MetricRegistry::State
{
    prometheus::Registry registry;
    mutable std::mutex mutex;
    std::map<std::string, prometheus::MetricType> kinds;
    std::vector<std::shared_ptr<Sample>> samples;

    void claim(const std::string& name, prometheus::MetricType kind, const MetricLabels& labels)
    {
        checkNames(name, labels);
        const std::lock_guard lock(mutex);
        const auto [known, added] = kinds.try_emplace(name, kind);
        if (!added && known->second != kind)
            throw std::invalid_argument("metric " + name + " is already of another kind");
    }

    std::vector<prometheus::MetricFamily> collect() const
    {
        auto families = registry.Collect();
        std::vector<std::shared_ptr<Sample>> asked;
        {
            const std::lock_guard lock(mutex);
            asked = samples;
        }
        for (const auto& sample : asked)
            sample->gate.pass([&] { addSample(families, *sample); });
        std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
        return families;
    }

    static void addSample(std::vector<prometheus::MetricFamily>& families, const Sample& sample)
    {
        auto family = std::ranges::find(families, sample.name, &prometheus::MetricFamily::name);
        if (family == families.end()) {
            families.push_back({sample.name, sample.help, sample.kind, {}});
            family = std::prev(families.end());
        }
        family->metric.push_back(sample.take());
    }
};

MetricRegistry::MetricRegistry() : _state(std::make_shared<State>()) {}
MetricRegistry::~MetricRegistry() = default;

Counter MetricRegistry::counter(const std::string& name, const std::string& help, const MetricLabels& labels)
{
    _state->claim(name, prometheus::MetricType::Counter, labels);
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(_state->registry);
    return Counter(&family.Add({labels.begin(), labels.end()}));
}

Gauge MetricRegistry::gauge(const std::string& name, const std::string& help, const MetricLabels& labels)
{
    _state->claim(name, prometheus::MetricType::Gauge, labels);
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(_state->registry);
    return Gauge(&family.Add({labels.begin(), labels.end()}));
}

Histogram MetricRegistry::histogram(const std::string& name, const std::string& help,
                                    std::vector<double> bounds, const MetricLabels& labels)
{
    if (!std::ranges::is_sorted(bounds, std::less_equal<>{}))
        throw std::invalid_argument("the bounds of histogram " + name + " do not ascend");
    _state->claim(name, prometheus::MetricType::Histogram, labels);
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(_state->registry);
    return Histogram(&family.Add({labels.begin(), labels.end()}, std::move(bounds)));
}

Subscription MetricRegistry::sampled(const std::string& name, const std::string& help,
                                     const MetricLabels& labels, std::function<double()> sample)
{
    return add(
        std::make_shared<Sample>(name, help, prometheus::MetricType::Gauge, labels, std::move(sample)));
}

Subscription MetricRegistry::sampledCounter(const std::string& name, const std::string& help,
                                            const MetricLabels& labels, std::function<double()> sample)
{
    return add(
        std::make_shared<Sample>(name, help, prometheus::MetricType::Counter, labels, std::move(sample)));
}

Subscription MetricRegistry::add(const std::shared_ptr<Sample>& sample)
{
    _state->claim(sample->name, sample->kind, sample->labels);
    {
        const std::lock_guard lock(_state->mutex);
        _state->samples.push_back(sample);
    }
    return Subscription([state = std::weak_ptr<State>(_state), sample] {
        sample->gate.shut();
        if (const auto owner = state.lock()) {
            const std::lock_guard lock(owner->mutex);
            std::erase(owner->samples, sample);
        }
    });
}

std::string MetricRegistry::expose() const
{
    return prometheus::TextSerializer().Serialize(_state->collect());
}

std::optional<double> MetricRegistry::value(const std::string& name, const MetricLabels& labels) const
{
    for (const auto& family : _state->collect()) {
        if (family.name != name)
            continue;
        for (const auto& metric : family.metric) {
            if (!sameLabels(metric, labels))
                continue;
            if (family.type == prometheus::MetricType::Counter)
                return metric.counter.value;
            if (family.type == prometheus::MetricType::Gauge)
                return metric.gauge.value;
        }
    }
    return std::nullopt;
}

void Counter::increment(double by) const noexcept
{
    if (_series != nullptr)
        static_cast<prometheus::Counter*>(_series)->Increment(by);
}

double Counter::value() const noexcept
{
    return _series == nullptr ? 0 : static_cast<prometheus::Counter*>(_series)->Value();
}

void Gauge::set(double value) const noexcept
{
    if (_series != nullptr)
        static_cast<prometheus::Gauge*>(_series)->Set(value);
}

void Gauge::add(double by) const noexcept
{
    if (_series != nullptr)
        static_cast<prometheus::Gauge*>(_series)->Increment(by);
}

double Gauge::value() const noexcept
{
    return _series == nullptr ? 0 : static_cast<prometheus::Gauge*>(_series)->Value();
}

void Histogram::observe(double value) const noexcept
{
    if (_series != nullptr)
        static_cast<prometheus::Histogram*>(_series)->Observe(value);
}

} // namespace waymark::observe

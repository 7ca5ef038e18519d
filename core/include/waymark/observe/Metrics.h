#pragma once

#include <waymark/base/Subscription.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waymark::observe
{

using MetricLabels = std::map<std::string, std::string>;

/// Only grows. A handle: copies count into the same series. Any thread.
class Counter
{
public:
    /// Counts nowhere.
    Counter() = default;
    void increment(double by = 1) const noexcept;
    double value() const noexcept;

private:
    friend class MetricRegistry;
    explicit Counter(void* series) noexcept : _series(series) {}
    void* _series = nullptr;
};

/// Goes up and down. A handle, as Counter.
class Gauge
{
public:
    Gauge() = default;
    void set(double value) const noexcept;
    void add(double by) const noexcept;
    double value() const noexcept;

private:
    friend class MetricRegistry;
    explicit Gauge(void* series) noexcept : _series(series) {}
    void* _series = nullptr;
};

/// Sorts observations into buckets. A handle, as Counter.
class Histogram
{
public:
    Histogram() = default;
    void observe(double value) const noexcept;

private:
    friend class MetricRegistry;
    explicit Histogram(void* series) noexcept : _series(series) {}
    void* _series = nullptr;
};

/// The metrics of one host. Names follow Prometheus: waymark_<plugin>_<what>_<unit>, counters end in _total;
/// docs/glossary.md lists them. Asking twice for the same name and labels gives the same series; handles
/// stay valid as long as the registry. Any thread may register; bad names throw std::invalid_argument.
class MetricRegistry
{
public:
    static constexpr const char* serviceId = "metrics";

    MetricRegistry();
    ~MetricRegistry();
    MetricRegistry(const MetricRegistry&) = delete;
    MetricRegistry& operator=(const MetricRegistry&) = delete;

    Counter counter(const std::string& name, const std::string& help, const MetricLabels& labels = {});
    Gauge gauge(const std::string& name, const std::string& help, const MetricLabels& labels = {});
    /// `bounds` are the upper bounds of the buckets, ascending.
    Histogram histogram(const std::string& name, const std::string& help, std::vector<double> bounds,
                        const MetricLabels& labels = {});

    /// A gauge whose value is asked for whenever metrics are collected, until the subscription ends.
    /// `sample` runs on the collecting thread and must be brief.
    Subscription sampled(const std::string& name, const std::string& help, const MetricLabels& labels,
                         std::function<double()> sample);

    /// A counter likewise: its value only grows.
    Subscription sampledCounter(const std::string& name, const std::string& help, const MetricLabels& labels,
                                std::function<double()> sample);

    /// The Prometheus text exposition format 0.0.4.
    std::string expose() const;

    /// The value of one counter or gauge, for tests and status pages.
    std::optional<double> value(const std::string& name, const MetricLabels& labels = {}) const;

private:
    struct Sample;
    struct State;
    Subscription add(const std::shared_ptr<Sample>& sample);

    std::shared_ptr<State> _state;
};

} // namespace waymark::observe

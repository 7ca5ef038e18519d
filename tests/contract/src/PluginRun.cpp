#include <waymark/contract/PluginRun.h>

#include <chrono>
#include <stdexcept>

namespace waymark::contract
{

class PluginRun::Table final : public plugin::ServiceTable
{
public:
    void add(std::string_view plugin, std::string_view id, std::type_index type, bool many,
             void* service) override
    {
        const auto [place, fresh] = _services.try_emplace(std::string(id), type, service);
        if (!fresh && !many)
            throw plugin::ServiceError("plugin " + std::string(plugin) + " provides " + std::string(id) +
                                       " twice");
    }

    std::vector<void*> find(std::string_view, std::string_view id, std::type_index type) const override
    {
        const auto found = _services.find(id);
        if (found == _services.end() || found->second.first != type)
            return {};
        return {found->second.second};
    }

    observe::Log log(std::string_view) const override { return {}; }

    void* find(std::string_view id) const
    {
        const auto found = _services.find(id);
        return found == _services.end() ? nullptr : found->second.second;
    }

private:
    std::map<std::string, std::pair<std::type_index, void*>, std::less<>> _services;
};

namespace
{

constexpr std::string_view instance = "tested";

void configure(plugin::Plugin& plugin, const PluginRun::Values& values,
               const std::filesystem::path& stateDirectory)
{
    const auto view = plugin::ConfigView::make(plugin.schema(), values, stateDirectory);
    if (!view)
        throw std::invalid_argument(view.error().message);
    plugin.configure(*view);
    for (const auto& [key, message] : view->rejections())
        throw std::invalid_argument(key + ": " + message);
}

} // namespace

PluginRun::PluginRun(std::unique_ptr<plugin::Plugin> plugin, const Values& values,
                     const std::filesystem::path& stateDirectory)
    : PluginRun(std::move(plugin), values, stateDirectory, _clock, _timers)
{
}

PluginRun::PluginRun(std::unique_ptr<plugin::Plugin> plugin, const Values& values,
                     const std::filesystem::path& stateDirectory, Clock& clock, Timers& timers)
    : _table(std::make_unique<Table>()), _plugin(std::move(plugin))
{
    configure(*_plugin, values, stateDirectory);
    plugin::Services services(*_table, std::string(instance));
    services.provide<Clock>(clock);
    services.provide<Timers>(timers);
    services.provide<Random>(_random);
    services.provide<observe::MetricRegistry>(_metrics);
    _plugin->provide(services);
    _plugin->wire(services);
}

PluginRun::~PluginRun()
{
    stop();
    _plugin.reset();
}

void PluginRun::start()
{
    _plugin->start();
}

void PluginRun::stop() noexcept
{
    _plugin->stop(std::chrono::steady_clock::now() + std::chrono::minutes(1));
}

void* PluginRun::find(std::string_view id) const
{
    return _table->find(id);
}

} // namespace waymark::contract

#pragma once

#include "host/loader/ManifestReader.h"

#include <waymark/plugin/Export.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace waymark::host
{

/// What a plugin of a host test does; every phase is also noted in a journal.
struct Script
{
    WaymarkManifest manifest{};
    plugin::ConfigSchema schema;
    std::function<void(const plugin::ConfigView&)> configure;
    std::function<void(plugin::Services&)> provide;
    std::function<void(const plugin::Services&)> wire;
    std::function<void()> start;
    std::function<plugin::ReloadPlan(const plugin::ConfigView&)> reload;
    std::function<void()> stop;

    explicit Script(std::string_view name)
    {
        const auto put = [](auto& field, std::string_view text) {
            std::ranges::copy(text, std::begin(field));
        };
        put(manifest.magic, WAYMARK_MANIFEST_MAGIC);
        manifest.size = sizeof manifest;
        manifest.abi = WAYMARK_ABI;
        put(manifest.name, name);
        put(manifest.version, "1.0");
        put(manifest.buildTag, hostBuildTag());
    }
    Script& provides(std::string_view id) { return list(manifest.provides, id); }
    Script& needs(std::string_view id) { return list(manifest.needs, id); }
    Script& wants(std::string_view id) { return list(manifest.wants, id); }

private:
    template <class List>
    Script& list(List& rows, std::string_view id)
    {
        const auto row = std::ranges::find_if(rows, [](const auto& texts) { return texts[0] == '\0'; });
        std::ranges::copy(id, std::begin(*row));
        return *this;
    }
};

/// The scripts of a test, linked in as plugins. StaticPlugin has room for a plain function only, hence the
/// slots.
class ScriptedPlugins
{
public:
    static constexpr std::size_t slots = 4;

    ScriptedPlugins() { journal().clear(); }
    ScriptedPlugins(const ScriptedPlugins&) = delete;
    ScriptedPlugins& operator=(const ScriptedPlugins&) = delete;
    ~ScriptedPlugins()
    {
        for (auto& script : scripts())
            script.reset();
    }

    Script& add(std::string_view name)
    {
        auto& slot = *std::ranges::find_if(scripts(), [](const auto& script) { return !script; });
        slot = std::make_unique<Script>(name);
        return *slot;
    }

    std::vector<const plugin::StaticPlugin*> linked();

    /// "name.phase" in the order in which things happened.
    static std::vector<std::string>& journal()
    {
        static std::vector<std::string> lines;
        return lines;
    }

private:
    using Scripts = std::array<std::unique_ptr<Script>, slots>;

    class Instance final : public plugin::Plugin
    {
    public:
        explicit Instance(const Script& script) : _script(script) {}
        ~Instance() override { note("destroyed"); }
        const plugin::ConfigSchema& schema() const override { return _script.schema; }
        void configure(const plugin::ConfigView& config) override
        {
            run("configure", _script.configure, config);
        }
        void provide(plugin::Services& services) override { run("provide", _script.provide, services); }
        void wire(const plugin::Services& services) override { run("wire", _script.wire, services); }
        void start() override { run("start", _script.start); }
        observe::Health health() const override { return observe::Health::degraded(_script.manifest.name); }
        plugin::ReloadPlan prepareReload(const plugin::ConfigView& config) override
        {
            note("reload");
            return _script.reload ? _script.reload(config) : plugin::ReloadPlan::nothing();
        }
        void stop(plugin::Deadline /*deadline*/) noexcept override { run("stop", _script.stop); }

    private:
        template <class Function, class... Arguments>
        void run(const char* phase, const Function& function, Arguments&... arguments)
        {
            note(phase);
            if (function)
                function(arguments...);
        }
        void note(const char* phase) const
        {
            journal().push_back(std::string(_script.manifest.name) + '.' + phase);
        }
        const Script& _script;
    };

    static Scripts& scripts()
    {
        static Scripts all;
        return all;
    }

    template <std::size_t Slot>
    static plugin::Plugin* create()
    {
        return new Instance(*scripts()[Slot]);
    }

    std::array<plugin::StaticPlugin, slots> _linked{};
};

inline std::vector<const plugin::StaticPlugin*> ScriptedPlugins::linked()
{
    constexpr std::array<plugin::Plugin* (*)(), slots> creators{create<0>, create<1>, create<2>, create<3>};
    std::vector<const plugin::StaticPlugin*> all;
    for (std::size_t i = 0; i < slots; ++i) {
        if (!scripts()[i])
            continue;
        _linked[i] = {&scripts()[i]->manifest, creators[i]};
        all.push_back(&_linked[i]);
    }
    return all;
}

} // namespace waymark::host

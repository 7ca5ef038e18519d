#pragma once

#include <waymark/base/Clock.h>
#include <waymark/observe/Health.h>
#include <waymark/plugin/Command.h>
#include <waymark/plugin/ConfigSchema.h>
#include <waymark/plugin/ConfigView.h>
#include <waymark/plugin/ExitCode.h>
#include <waymark/plugin/Services.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace waymark::plugin
{

/// Thrown by start() (or configure()) when a plugin cannot: the message says what, where and what to do.
class StartError : public std::runtime_error
{
public:
    StartError(ExitCode code, const std::string& message) : std::runtime_error(message), _code(code) {}
    ExitCode code() const noexcept { return _code; }

private:
    ExitCode _code;
};

/// When a phase must be over.
using Deadline = MonotonicTime;

/// The answer to a reload: refused, or a commit that cannot fail. The host commits only when every plugin
/// agreed, so a reload happens whole or not at all.
struct ReloadPlan
{
    std::optional<std::string> refusal;
    std::function<void()> commit; ///< empty: nothing to do

    static ReloadPlan nothing() { return {}; }
    static ReloadPlan refuse(std::string why) { return {std::move(why), nullptr}; }
    static ReloadPlan accept(std::function<void()> commit) { return {std::nullopt, std::move(commit)}; }
};

/// A unit of the toolkit, loaded from a shared library or linked in.
///
/// The host calls the phases in this order, each for all plugins (sorted by their needs) before the next:
/// configure, provide, wire, start; later stop in reverse order, and destruction. All calls come from the
/// host's main thread. Exceptions (std::exception) end the start with a message that names the plugin and the
/// phase; StartError also chooses the exit code. Plugins are never unloaded while the process runs.
class Plugin
{
public:
    virtual ~Plugin() = default;

    /// The keys of the plugin; constant over its life.
    virtual const ConfigSchema& schema() const = 0;

    /// Takes the configuration over. Pure: no I/O, no threads, no files. Contradictions go to
    /// ConfigView::reject().
    virtual void configure(const ConfigView& config) = 0;

    /// Registers services, routes, metrics and health checks.
    virtual void provide(Services& services);

    /// Looks up the services that it needs.
    virtual void wire(const Services& services);

    /// Binds, opens, spawns: all or nothing. What it throws for is undone before it throws.
    virtual void start() = 0;

    /// Whether it does its work; any thread, brief.
    virtual observe::Health health() const = 0;

    /// Looks at a changed configuration (keys that are not reloadable are unchanged). May refuse.
    virtual ReloadPlan prepareReload(const ConfigView& config);

    /// Ends its threads and closes what it opened, by the deadline. Idempotent; also called after a failed
    /// start of another plugin.
    virtual void stop(Deadline deadline) noexcept = 0;

    /// A new instance of one of the commands in the manifest, or nullptr. Needs no earlier phase.
    virtual std::unique_ptr<Command> command(std::string_view name);
};

} // namespace waymark::plugin

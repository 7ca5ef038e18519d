#pragma once

#include "host/loader/PluginInstance.h"

#include <waymark/host/HostError.h>

#include <Poco/Exception.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::host
{

/// Runs one phase of a plugin. Whatever it throws ends here, since an exception object of a plugin must not
/// outlive it: returned is why it failed, and the exit code.
template <class Function>
std::optional<std::pair<plugin::ExitCode, std::string>>
failureIn(std::string_view phase, plugin::ExitCode otherwise, Function&& function)
{
    plugin::ExitCode code = otherwise;
    std::string message;
    try {
        std::forward<Function>(function)();
        return std::nullopt;
    } catch (const plugin::StartError& error) {
        code = error.code();
        message = error.what();
    } catch (const plugin::ServiceError& error) {
        code = plugin::ExitCode::configuration;
        message = error.what();
    } catch (const Poco::Exception& error) {
        message = error.displayText(); // what() is the name of its class alone
    } catch (const std::exception& error) {
        message = error.what();
    } catch (...) {
        message = "threw something that is no std::exception";
    }
    return std::pair(code, std::string(phase) + " failed: " + message);
}

/// Runs one phase of one plugin; throws an error of the host's own, which names the plugin and the phase.
template <class Function>
void runPhase(const PluginInstance& instance, std::string_view phase, plugin::ExitCode otherwise,
              Function&& function)
{
    if (const auto failed = failureIn(phase, otherwise, std::forward<Function>(function)))
        throw HostError(failed->first, {instance.description() + ": " + failed->second});
}

} // namespace waymark::host

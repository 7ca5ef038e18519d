#pragma once

#include "host/loader/PluginInstance.h"

#include <waymark/host/HostError.h>

#include <Poco/Exception.h>

#include <string>
#include <utility>

namespace waymark::host
{

/// Runs one phase of one plugin. Whatever it throws ends here: an exception object of a plugin must not
/// outlive it, so it is turned into the host's own, which names the plugin and the phase.
template <class Function>
void runPhase(const PluginInstance& instance, std::string_view phase, plugin::ExitCode otherwise,
              Function&& function)
{
    plugin::ExitCode code = otherwise;
    std::string message;
    try {
        std::forward<Function>(function)();
        return;
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
    throw HostError(code, {instance.description() + ": " + std::string(phase) + " failed: " + message});
}

} // namespace waymark::host

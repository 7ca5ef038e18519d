#include "Daemon.h"

#include <waymark/plugin/Manifest.h>

#include <exception>
#include <iostream>

namespace
{

using waymark::plugin::ExitCode;

int run(int argc, char** argv, const sigset_t& signals)
{
    const auto options = waymark::app::DaemonOptions::parse({argv + 1, argv + argc});
    if (!options) {
        std::cerr << "waymarkd: " << options.error().message << "; waymarkd --help shows how\n";
        return static_cast<int>(ExitCode::usage);
    }
    if (options->help) {
        waymark::app::DaemonOptions::printHelp(std::cout);
        return static_cast<int>(ExitCode::ok);
    }
    if (options->version) {
        std::cout << "waymarkd " WAYMARK_VERSION "\nplugin ABI " << WAYMARK_ABI << "\nbuild tag "
                  << waymark::host::hostBuildTag() << '\n';
        return static_cast<int>(ExitCode::ok);
    }
    return waymark::app::Daemon(*options, signals).run();
}

} // namespace

/// Poco::Util::ServerApplication is left aside on purpose: it would take over --daemon, SIGSEGV and the
/// second TERM. Poco's option processor is what is used of it.
int main(int argc, char** argv)
{
    const sigset_t signals = waymark::app::blockSignals();
    try {
        return run(argc, argv, signals);
    } catch (const std::exception& error) {
        std::cerr << "waymarkd: " << error.what() << '\n';
        return static_cast<int>(ExitCode::internal);
    }
}

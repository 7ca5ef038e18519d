#include "Daemon.h"
#include "DaemonApplication.h"

#include <waymark/plugin/Plugin.h>

#include <exception>
#include <iostream>

int main(int argc, char** argv)
{
    const sigset_t signals = waymark::app::blockSignals();
    waymark::app::raiseDescriptorLimit();
    waymark::app::SpareMemory::shareArenas();
    try {
        return waymark::app::DaemonApplication(signals).runWith({argv, argv + argc});
    } catch (const std::exception& error) {
        std::cerr << "waymarkd: " << error.what() << '\n';
        return static_cast<int>(waymark::plugin::ExitCode::internal);
    }
}

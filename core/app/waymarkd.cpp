#include "Complaint.h"
#include "Daemon.h"
#include "DaemonApplication.h"

#include <waymark/plugin/Plugin.h>

#include <exception>
#include <string>

int main(int argc, char** argv)
{
    const sigset_t signals = waymark::app::blockSignals();
    waymark::app::raiseDescriptorLimit();
    waymark::app::SpareMemory::shareArenas();
    try {
        return waymark::app::DaemonApplication(signals).runWith({argv, argv + argc});
    } catch (const std::exception& error) {
        waymark::app::complain("waymarkd: " + std::string(error.what()));
        return static_cast<int>(waymark::plugin::ExitCode::internal);
    }
}

#pragma once

#include "DaemonOptions.h"

#include <Poco/Util/ServerApplication.h>

#include <array>
#include <csignal>
#include <string>
#include <vector>

namespace waymark::app
{

/// What the process does with the signals that Poco::Util::Application takes for itself as it is constructed.
class FaultSignals
{
public:
    FaultSignals();
    /// As it was before: a crash dumps core, and the reports of sanitizers are not hidden.
    void restore() const;

private:
    static constexpr std::array<int, 3> taken{SIGILL, SIGBUS, SIGSEGV};
    std::array<struct sigaction, taken.size()> _before{};
};

/// waymarkd as an application of Poco. It is run by init() and run(), not by run(argc, argv): that one forks
/// at
/// --daemon before it looks at any other option, and a service manager that waits for READY does not follow.
/// Signals are the Daemon's: Poco's waitForTerminationRequest() knows no reload and dies of a second TERM.
class DaemonApplication final : private FaultSignals, public Poco::Util::ServerApplication
{
public:
    /// `signals` are blocked and waited for by the daemon.
    explicit DaemonApplication(sigset_t signals);

    /// Reads the command line and runs the daemon. Returns the exit code.
    int runWith(const std::vector<std::string>& commandLine);

protected:
    void defineOptions(Poco::Util::OptionSet& options) override;
    void handleOption(const std::string& name, const std::string& value) override;
    int main(const std::vector<std::string>& unprocessed) override;

private:
    const sigset_t _signals;
    DaemonOptions _daemon;
    Result<void> _accepted; ///< what was wrong with the first option that was
};

} // namespace waymark::app

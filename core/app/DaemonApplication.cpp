#include "DaemonApplication.h"

#include "Complaint.h"
#include "Daemon.h"

#include <waymark/plugin/Manifest.h>

#include <Poco/Util/OptionException.h>

#include <exception>
#include <iostream>

namespace waymark::app
{

FaultSignals::FaultSignals()
{
    for (std::size_t i = 0; i < taken.size(); ++i)
        ::sigaction(taken[i], nullptr, &_before[i]);
}

void FaultSignals::restore() const
{
    for (std::size_t i = 0; i < taken.size(); ++i)
        ::sigaction(taken[i], &_before[i], nullptr);
}

DaemonApplication::DaemonApplication(sigset_t signals) : _signals(signals)
{
    restore();
    setUnixOptions(true);
}

int DaemonApplication::runWith(const std::vector<std::string>& commandLine)
{
    try {
        init(commandLine);
    } catch (const Poco::Util::OptionException& error) {
        _accepted = failure(ErrorCode::invalidArgument, error.displayText());
    }
    return run();
}

void DaemonApplication::defineOptions(Poco::Util::OptionSet& options)
{
    DaemonOptions::define(options);
}

void DaemonApplication::handleOption(const std::string& name, const std::string& value)
{
    if (_accepted)
        _accepted = _daemon.take(name, value);
}

/// Tells of what it catches itself: Poco would log it where nobody reads.
int DaemonApplication::main(const std::vector<std::string>& unprocessed)
{
    try {
        if (_accepted)
            _accepted = _daemon.check(unprocessed);
        if (!_accepted) {
            complain("waymarkd: " + _accepted.error().message + "; waymarkd --help shows how");
            return static_cast<int>(plugin::ExitCode::usage);
        }
        if (_daemon.help) {
            DaemonOptions::printHelp(options(), std::cout);
            return static_cast<int>(plugin::ExitCode::ok);
        }
        if (_daemon.version) {
            std::cout << "waymarkd " WAYMARK_VERSION "\nplugin ABI " << WAYMARK_ABI << "\nbuild tag "
                      << host::hostBuildTag() << '\n';
            return static_cast<int>(plugin::ExitCode::ok);
        }
        return Daemon(_daemon, _signals).run();
    } catch (const std::exception& error) {
        complain("waymarkd: " + std::string(error.what()));
        return static_cast<int>(plugin::ExitCode::internal);
    }
}

} // namespace waymark::app

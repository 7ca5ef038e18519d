#include "Daemon.h"

#include "Complaint.h"
#include "base/Text.h"
#include "host/config/ConfigPrinter.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <iostream>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace waymark::app
{

namespace
{

using plugin::ExitCode;

constexpr std::chrono::milliseconds pollInterval{500};

host::HostOptions hostOptions(const DaemonOptions& options, Banner& banner)
{
    host::HostOptions made;
    made.configFile = options.config;
    made.overrides = options.overrides;
    made.pluginPath = options.pluginPath;
    made.nodeKey = options.nodeKey;
    made.keepsState = options.keepsState;
    made.logObserver = [&banner](const observe::LogRecord& record) {
        banner.see(record);
    };
    return made;
}

/// The next signal of the set, or 0 when none came within `limit`.
int nextSignal(const sigset_t& signals, Duration limit)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
    const timespec wait{seconds.count(), (limit - seconds).count()};
    const int signal = ::sigtimedwait(&signals, nullptr, &wait);
    return signal < 0 ? 0 : signal;
}

} // namespace

sigset_t blockSignals()
{
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        ::sigaddset(&signals, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    // A client that hangs up is told by the call that wrote to it.
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, nullptr);
    return signals;
}

void raiseDescriptorLimit() noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Takes TERM and INT while the main thread is busy starting, reloading or stopping: the first one is
/// remembered, the second one ends the process. HUP stays pending meanwhile. What follows at once counts as
/// the same request: timeout(1) and some supervisors signal the process and then its group.
class Daemon::Impatience
{
public:
    explicit Impatience(const Daemon& daemon, int before = 0)
        : _daemon(daemon), _first(before), _firstAt(std::chrono::steady_clock::now())
    {
        sigset_t ending;
        ::sigemptyset(&ending);
        for (const int signal : {SIGTERM, SIGINT})
            ::sigaddset(&ending, signal);
        _signals = ::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
        _wakeUp = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (_signals < 0 || _wakeUp < 0)
            throw std::system_error(errno, std::generic_category(), "signalfd");
        _thread = std::jthread([this](const std::stop_token& stopping) { watch(stopping); });
    }
    Impatience(const Impatience&) = delete;
    Impatience& operator=(const Impatience&) = delete;
    ~Impatience()
    {
        end();
        ::close(_signals);
        ::close(_wakeUp);
    }

    /// Takes no more signals. The one that asked for the end, or 0.
    int end()
    {
        if (_thread.joinable()) {
            _thread.request_stop();
            ::eventfd_write(_wakeUp, 1);
            _thread.join();
        }
        return _first;
    }

private:
    static constexpr std::chrono::milliseconds sameRequest{250};

    void watch(const std::stop_token& stopping)
    {
        while (!stopping.stop_requested()) {
            std::array<pollfd, 2> watched{{{_signals, POLLIN, 0}, {_wakeUp, POLLIN, 0}}};
            ::poll(watched.data(), watched.size(), -1);
            signalfd_siginfo info{};
            if (::read(_signals, &info, sizeof info) != sizeof info)
                continue;
            if (_first == 0) {
                _first = static_cast<int>(info.ssi_signo);
                _firstAt = std::chrono::steady_clock::now();
                continue;
            }
            if (std::chrono::steady_clock::now() - _firstAt < sameRequest)
                continue;
            _daemon._host.log().error("host.forced", {},
                                      "a second signal came while starting, reloading or stopping");
            ::_exit(static_cast<int>(ExitCode::internal));
        }
    }

    const Daemon& _daemon;
    int _signals = -1;
    int _wakeUp = -1;
    int _first; ///< the signal that came first; the thread's until it is joined
    std::chrono::steady_clock::time_point _firstAt;
    std::jthread _thread;
};

Daemon::Daemon(const DaemonOptions& options, sigset_t signals)
    : _options(options), _signals(signals), _host(hostOptions(_options, _banner))
{
}

int Daemon::run()
{
    int signal = 0;
    try {
        Impatience impatience(*this);
        if (_options.printsReference())
            _host.loadReference();
        else if (_options.config.empty() && _options.print)
            _host.loadInstalled();
        else
            _host.load();
        if (_options.print)
            return print(*_options.print);
        if (_options.checkConfig) {
            std::cout << _options.config.string() << ": the configuration is fine\n";
            return static_cast<int>(ExitCode::ok);
        }
        _isLoaded = true;
        _host.start();
        signal = impatience.end();
    } catch (const host::HostError& error) {
        return report(error);
    }
    announce();
    stop(signal != 0 ? signal : serve());
    return static_cast<int>(ExitCode::ok);
}

int Daemon::print(DaemonOptions::Print what) const
{
    const auto& configuration = _host.configuration();
    switch (what) {
    case DaemonOptions::Print::effective:
        host::printEffective(configuration, std::cout);
        break;
    case DaemonOptions::Print::defaults:
        host::printDefaults(configuration, std::cout);
        break;
    case DaemonOptions::Print::markdown:
        host::printMarkdown(configuration, std::cout);
        break;
    case DaemonOptions::Print::jsonSchema:
        host::printJsonSchema(configuration, std::cout);
        break;
    }
    std::cout.flush();
    return static_cast<int>(std::cout ? ExitCode::ok : ExitCode::internal);
}

void Daemon::announce()
{
    _spareMemory.giveBack();
    _manager.ready("running " + text::joined(_host.instances()));
    if (_options.onReady)
        return _options.onReady(_host);
    const bool asked = _host.configuration().view("waymark").boolean("banner");
    if (asked || ::isatty(STDOUT_FILENO) == 1)
        _banner.print(std::cout);
}

int Daemon::serve()
{
    for (;;) {
        const int signal = nextSignal(_signals, pollInterval);
        if (signal == SIGTERM || signal == SIGINT)
            return signal;
        const int ending = signal == SIGHUP ? reload() : 0;
        if (ending != 0)
            return ending;
        feedWatchdog();
        _spareMemory.lookAfter(std::chrono::steady_clock::now());
    }
}

int Daemon::reload()
{
    Impatience impatience(*this);
    _manager.reloading();
    const bool done = _host.reload();
    _manager.ready(done ? "running, reloaded" : "running, a reload was refused: see the log");
    return impatience.end();
}

void Daemon::stop(int signal)
{
    _host.log().info("host.stopping", {{"signal", signal == SIGTERM ? "TERM" : "INT"}});
    // What remains when the plugins have stopped, or one of them has used up its time.
    constexpr std::chrono::seconds toEnd{5};
    _manager.stopping(_host.longestStop() + toEnd);
    const Impatience impatience(*this, signal);
    _host.stop();
}

int Daemon::report(const host::HostError& error) const
{
    const bool plain = _host.logFormat() == observe::LogFormat::text;
    for (const std::string& line : error.lines()) {
        if (_isLoaded)
            break; // the host has logged it
        if (plain)
            complain(_options.program + ": " + line);
        else
            _host.log().error("host.refused", {{"code", static_cast<int>(error.code())}}, line);
    }
    _manager.status(error.lines().front());
    return static_cast<int>(error.code());
}

void Daemon::feedWatchdog() const
{
    const auto interval = _manager.watchdogInterval();
    if (interval && _host.silence() < *interval / 2)
        _manager.alive();
}

} // namespace waymark::app

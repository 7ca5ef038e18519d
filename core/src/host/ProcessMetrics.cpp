#include "host/ProcessMetrics.h"

#include <waymark/plugin/Manifest.h>

#include <chrono>
#include <cstddef>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::host
{

namespace
{

double seconds(const timeval& time) noexcept
{
    constexpr double microseconds = 1e-6;
    return static_cast<double>(time.tv_sec) + microseconds * static_cast<double>(time.tv_usec);
}

double processorSeconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The first numbers of /proc/self/statm are pages: all, and those in memory.
double memoryBytes(std::size_t number)
{
    std::ifstream file("/proc/self/statm");
    double pages = 0;
    for (std::size_t i = 0; i <= number; ++i)
        file >> pages;
    return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double entriesOf(const char* folder)
{
    std::error_code error;
    const std::filesystem::directory_iterator entries(folder, error);
    return error ? 0 : static_cast<double>(std::distance(begin(entries), end(entries)));
}

double mostDescriptors()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<double>::infinity()
                                           : static_cast<double>(limit.rlim_cur);
}

/// Seconds since 1970. The system counts a process's start in ticks since it was booted itself; both clocks
/// run on while it sleeps.
double startTime()
{
    std::ifstream file("/proc/self/stat");
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    constexpr int fieldsBeforeStart = 19; // behind the name, which may have blanks and is in parentheses
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    std::string skipped;
    for (int i = 0; i < fieldsBeforeStart; ++i)
        fields >> skipped;
    double ticks = 0;
    fields >> ticks;
    timespec sinceBoot{};
    ::clock_gettime(CLOCK_BOOTTIME, &sinceBoot);
    constexpr double nanoseconds = 1e-9;
    const double uptime =
        static_cast<double>(sinceBoot.tv_sec) + nanoseconds * static_cast<double>(sinceBoot.tv_nsec);
    const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch());
    return now.count() - uptime + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

} // namespace

std::vector<Subscription> addProcessMetrics(observe::MetricRegistry& metrics)
{
    metrics
        .gauge("waymark_build_info", "Which Waymark this is; always 1",
               {{"version", WAYMARK_VERSION},
                {"abi", std::to_string(WAYMARK_ABI)},
                {"build_tag", WAYMARK_BUILD_TAG}})
        .set(1);
    metrics.gauge("process_start_time_seconds", "When the process was started, in seconds since 1970")
        .set(startTime());
    std::vector<Subscription> added;
    added.push_back(metrics.sampledCounter("process_cpu_seconds_total",
                                           "Processor time in user and system mode", {}, processorSeconds));
    const auto gauge = [&](const char* name, const char* help, std::function<double()> sample) {
        added.push_back(metrics.sampled(name, help, {}, std::move(sample)));
    };
    gauge("process_virtual_memory_bytes", "Address space", [] { return memoryBytes(0); });
    gauge("process_resident_memory_bytes", "Memory", [] { return memoryBytes(1); });
    gauge("process_open_fds", "Open file descriptors", [] { return entriesOf("/proc/self/fd"); });
    gauge("process_max_fds", "How many may be open", mostDescriptors);
    gauge("process_threads", "Threads", [] { return entriesOf("/proc/self/task"); });
    return added;
}

void addPluginInfo(observe::MetricRegistry& metrics, const std::vector<PluginInstance>& instances)
{
    for (const PluginInstance& instance : instances)
        metrics
            .gauge("waymark_plugin_info", "Which plugins are loaded; always 1",
                   {{"instance", instance.name},
                    {"plugin", instance.manifest().name},
                    {"version", instance.manifest().version}})
            .set(1);
}

} // namespace waymark::host

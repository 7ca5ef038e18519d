#include "discv4/Processor.h"

#include <cerrno>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <system_error>

namespace waymark::bench
{

namespace
{

std::filesystem::path folderOf(pid_t process)
{
    return "/proc/" + std::to_string(process);
}

void bind(pid_t thread, const std::vector<int>& to)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int processor : to)
        CPU_SET(static_cast<std::size_t>(processor), &set);
    // A thread that has just ended needs no processor.
    if (::sched_setaffinity(thread, sizeof set, &set) != 0 && errno != ESRCH)
        throw std::system_error(errno, std::generic_category(), "sched_setaffinity");
}

} // namespace

std::vector<int> processors()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) != 0)
        throw std::system_error(errno, std::generic_category(), "sched_getaffinity");
    std::vector<int> all;
    for (int i = 0; i < CPU_SETSIZE; ++i)
        if (CPU_ISSET(static_cast<std::size_t>(i), &set))
            all.push_back(i);
    return all;
}

void bindThread(const std::vector<int>& to)
{
    bind(0, to);
}

void bindProcess(pid_t process, const std::vector<int>& to)
{
    for (const auto& thread : std::filesystem::directory_iterator(folderOf(process) / "task"))
        bind(static_cast<pid_t>(std::stol(thread.path().filename())), to);
}

Duration threadTime()
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// The first two numbers of schedstat are in nanoseconds, where /proc/PID/stat has hundredths of a second.
ProcessTime processTime(pid_t process)
{
    ProcessTime sum;
    bool isThere = false;
    for (const auto& thread : std::filesystem::directory_iterator(folderOf(process) / "task")) {
        std::ifstream in(thread.path() / "schedstat");
        Duration::rep running = 0;
        Duration::rep waiting = 0;
        if (!(in >> running >> waiting))
            continue;
        sum.running += Duration(running);
        sum.waiting += Duration(waiting);
        isThere = true;
    }
    if (!isThere)
        throw std::runtime_error("the system does not tell how long process " + std::to_string(process) +
                                 " was on a processor");
    return sum;
}

ProcessMemory processMemory(pid_t process)
{
    std::ifstream in(folderOf(process) / "status");
    constexpr std::size_t kibibyte = 1'024;
    ProcessMemory memory;
    for (std::string word; in >> word;)
        if (std::size_t kibibytes = 0; (word == "VmRSS:" || word == "VmHWM:") && in >> kibibytes)
            (word == "VmRSS:" ? memory.resident : memory.most) = kibibytes * kibibyte;
    if (memory.resident == 0)
        throw std::runtime_error("the system does not tell the memory of process " + std::to_string(process));
    return memory;
}

} // namespace waymark::bench

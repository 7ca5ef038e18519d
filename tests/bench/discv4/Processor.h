#pragma once

#include <waymark/base/Clock.h>

#include <cstddef>
#include <sys/types.h>
#include <vector>

namespace waymark::bench
{

/// The numbers of the processors that this process may use.
std::vector<int> processors();

/// Binds the calling thread to some processors. Throws std::system_error.
void bindThread(const std::vector<int>& to);
/// The same for all threads that a process has now. Throws std::system_error.
void bindProcess(pid_t process, const std::vector<int>& to);

/// For how long the calling thread was on a processor.
Duration threadTime();
/// Of all the threads that a process has now: those that end take their times with them.
struct ProcessTime
{
    Duration running{}; ///< on a processor
    Duration waiting{}; ///< for a processor that others had
};
/// Throws std::runtime_error when there is no such process.
ProcessTime processTime(pid_t process);

/// What a process has in RAM, in bytes.
struct ProcessMemory
{
    std::size_t resident = 0;
    std::size_t most = 0; ///< that ever was
};
/// Throws std::runtime_error when there is no such process.
ProcessMemory processMemory(pid_t process);

} // namespace waymark::bench

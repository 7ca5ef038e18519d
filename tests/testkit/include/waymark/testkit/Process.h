#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <thread>
#include <vector>

namespace waymark::testkit
{

/// A child process whose output is read line by line, for tests in which a process is the point. It is killed
/// and reaped when the object goes. Functions that wait have a deadline and never sleep for a fixed time.
class Process
{
public:
    static constexpr std::chrono::seconds patience{60};

    /// Starts `program` with `arguments`; standard output and standard error both arrive as lines.
    /// `environment` is added to the test's own. Throws std::runtime_error when it cannot be started.
    explicit Process(const std::string& program, const std::vector<std::string>& arguments = {},
                     const std::map<std::string, std::string>& environment = {});
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    pid_t pid() const noexcept { return _pid; }

    /// The first line, past or to come, that contains `text`; nothing when the deadline passes or the output
    /// ends without it.
    std::optional<std::string> waitForLine(std::string_view text,
                                           std::chrono::milliseconds deadline = patience);

    /// As above, but throws std::runtime_error with everything that was printed when no such line comes.
    std::string expectLine(std::string_view text, std::chrono::milliseconds deadline = patience);

    void signal(int number) const;

    /// The exit code, or 128 + the signal that ended it; nothing when it still runs at the deadline.
    std::optional<int> waitForExit(std::chrono::milliseconds deadline = patience);

    /// Everything printed so far.
    std::string output() const;

private:
    void readLines(int descriptor);

    pid_t _pid = -1;
    std::optional<int> _exitCode;
    mutable std::mutex _mutex;
    std::condition_variable _changed;
    std::vector<std::string> _lines;
    bool _ended = false;
    std::jthread _reader;
};

} // namespace waymark::testkit

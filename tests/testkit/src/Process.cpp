#include <waymark/testkit/Process.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

// glibc 2.36 declares its functions without C linkage.
extern "C" {
#include <sys/pidfd.h>
}

namespace waymark::testkit
{

namespace
{

std::vector<std::string> mergedEnvironment(const std::map<std::string, std::string>& additions)
{
    std::map<std::string, std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals != std::string_view::npos)
            all.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    for (const auto& [name, value] : additions)
        all.insert_or_assign(name, value);
    std::vector<std::string> entries;
    for (const auto& [name, value] : all)
        entries.push_back(name + "=" + value);
    return entries;
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> result;
    for (std::string& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

} // namespace

Process::Process(const std::string& program, const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment)
{
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");

    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
    // What the runner of the tests left open is none of the child's.
    ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);

    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> variables = mergedEnvironment(environment);
    const int failed = ::posix_spawnp(&_pid, program.c_str(), &actions, nullptr, pointers(words).data(),
                                      pointers(variables).data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    if (failed != 0) {
        ::close(pipe[0]);
        throw std::system_error(failed, std::generic_category(), "cannot start " + program);
    }
    _reader = std::jthread([this, descriptor = pipe[0]] { readLines(descriptor); });
}

Process::~Process()
{
    if (!_exitCode) {
        ::kill(_pid, SIGKILL);
        waitForExit();
    }
}

void Process::readLines(int descriptor)
{
    std::string pending;
    std::array<char, 4096> chunk{};
    for (;;) {
        const ssize_t got = ::read(descriptor, chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        pending.append(chunk.data(), static_cast<std::size_t>(got));
        const std::lock_guard lock(_mutex);
        for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
            _lines.push_back(pending.substr(0, end));
            pending.erase(0, end + 1);
        }
        _changed.notify_all();
    }
    ::close(descriptor);
    const std::lock_guard lock(_mutex);
    if (!pending.empty())
        _lines.push_back(pending);
    _ended = true;
    _changed.notify_all();
}

std::optional<std::string> Process::waitForLine(std::string_view text, std::chrono::milliseconds deadline)
{
    std::unique_lock lock(_mutex);
    std::size_t next = 0;
    const auto until = std::chrono::steady_clock::now() + deadline;
    for (;;) {
        for (; next < _lines.size(); ++next)
            if (_lines[next].find(text) != std::string::npos)
                return _lines[next];
        if (_ended || _changed.wait_until(lock, until) == std::cv_status::timeout)
            return std::nullopt;
    }
}

std::string Process::expectLine(std::string_view text, std::chrono::milliseconds deadline)
{
    if (auto line = waitForLine(text, deadline))
        return *line;
    throw std::runtime_error("no line with '" + std::string(text) + "' in:\n" + output());
}

void Process::signal(int number) const
{
    ::kill(_pid, number);
}

std::optional<int> Process::waitForExit(std::chrono::milliseconds deadline)
{
    if (_exitCode)
        return _exitCode;
    const int descriptor = ::pidfd_open(_pid, 0);
    pollfd ended{descriptor, POLLIN, 0};
    const int ready = ::poll(&ended, 1, static_cast<int>(deadline.count()));
    ::close(descriptor);
    if (ready != 1)
        return std::nullopt;
    int status = 0;
    ::waitpid(_pid, &status, 0);
    _exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (_reader.joinable())
        _reader.join();
    return _exitCode;
}

std::string Process::output() const
{
    const std::lock_guard lock(_mutex);
    std::string all;
    for (const std::string& line : _lines)
        all += line + "\n";
    return all;
}

} // namespace waymark::testkit

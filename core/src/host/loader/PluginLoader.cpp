#include "host/loader/PluginLoader.h"

#include <Poco/ClassLoader.h>
#include <Poco/Exception.h>

#include <cstring>
#include <exception>
#include <mutex>
#include <string>
#include <unistd.h>

namespace waymark::host
{

namespace
{

using Loader = Poco::ClassLoader<plugin::Plugin>;

std::mutex openingMutex;      // the terminate handler belongs to the process
std::string openingFile;      // set while a library is being opened
std::terminate_handler outer; // what was in force before

void say(const char* text) noexcept
{
    // Nothing can be done about an unwritable standard error at this point.
    if (::write(STDERR_FILENO, text, std::strlen(text)) < 0)
        return;
}

/// Names the library whose static constructor threw; runs no code of the library but what().
[[noreturn]] void endWhileOpening()
{
    say("waymark: plugin ");
    say(openingFile.c_str());
    say(" is refused: a static constructor threw");
    if (const std::exception_ptr thrown = std::current_exception()) {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& error) {
            say(": ");
            say(error.what());
        } catch (...) {
            say(" something that is no std::exception");
        }
    }
    say("\n");
    ::_exit(static_cast<int>(plugin::ExitCode::configuration));
}

class OpeningGuard
{
public:
    explicit OpeningGuard(const std::string& file) : _lock(openingMutex)
    {
        openingFile = file;
        outer = std::set_terminate(endWhileOpening);
    }
    OpeningGuard(const OpeningGuard&) = delete;
    OpeningGuard& operator=(const OpeningGuard&) = delete;
    ~OpeningGuard() { std::set_terminate(outer); }

private:
    std::lock_guard<std::mutex> _lock;
};

/// The loader's failure without the path that comes before it in dlerror()'s text.
std::string reason(const Poco::Exception& error, const std::string& path)
{
    std::string text = error.message();
    if (text.starts_with(path + ": "))
        text.erase(0, path.size() + 2);
    return text;
}

} // namespace

Result<std::unique_ptr<plugin::Plugin>> loadPlugin(const std::filesystem::path& file)
{
    const std::string path = std::filesystem::absolute(file).lexically_normal().string();
    Loader loader;
    try {
        {
            const OpeningGuard guard(path);
            loader.loadLibrary(path);
        }
        const auto& classes = loader.manifestFor(path);
        if (classes.size() != 1)
            return failure(ErrorCode::invalidArgument,
                           "it exports " + std::to_string(classes.size()) + " classes instead of one plugin");
        return std::unique_ptr<plugin::Plugin>(classes.begin()->create());
    } catch (const Poco::Exception& error) {
        return failure(ErrorCode::invalidArgument, "cannot be loaded: " + reason(error, path));
    } catch (const std::exception& error) {
        return failure(ErrorCode::invalidArgument, std::string("its constructor threw: ") + error.what());
    } catch (...) {
        return failure(ErrorCode::invalidArgument,
                       "its constructor threw something that is no std::exception");
    }
}

} // namespace waymark::host

#pragma once

#include <waymark/testkit/Bootnode.h>
#include <waymark/testkit/Process.h>
#include <waymark/testkit/Rest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace waymark::testkit
{

/// The real waymarkd of the build in a process of its own, for tests in which the process is the point: kill
/// -9, exit codes, two daemons on one port. It writes its properties into a folder that outlives it, listens
/// on free ports of loopback, and is ready when the constructor returns.
class Daemon
{
public:
    /// `properties` are put over a whole bootnode on free loopback ports with the state in `folder`.
    /// `environment` is added to the test's own.
    /// Throws std::runtime_error with its output when it does not become ready.
    Daemon(const std::filesystem::path& folder, const Properties& properties,
           const std::map<std::string, std::string>& environment = {});

    /// Arguments for a waymarkd with these properties that somebody else starts, e.g. to see it fail.
    static std::vector<std::string> arguments(const std::filesystem::path& folder,
                                              const Properties& properties);
    static std::string program();

    Process& process() noexcept { return _process; }
    const Rest& rest() const noexcept { return *_rest; }

    /// The parsed answer of GET /.
    Poco::JSON::Object::Ptr info() const { return _rest->get("/").object(); }

private:
    Process _process;
    std::optional<Rest> _rest;
};

} // namespace waymark::testkit

#pragma once

#include <waymark/node/Key.h>
#include <waymark/testkit/Daemon.h>
#include <waymark/testkit/Process.h>
#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/TestAssert.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

/// A waymarkd that is found by its Unix socket, also after a restart, and the real waymark that asks it.
class SocketDaemon
{
public:
    using Outcome = std::pair<std::string, int>;

    explicit SocketDaemon(testkit::Properties more = {}) : _properties(std::move(more))
    {
        _properties.merge(testkit::Properties{{"waymark.plugins", "registry-memory, http-api"},
                                              {"discv4.listen", ""},
                                              {"http-api.socket", path()}});
        start();
    }

    void start() { _daemon.emplace(_folder.path(), _properties); }
    void stop()
    {
        _daemon->process().signal(SIGTERM);
        CPPUNIT_ASSERT(_daemon->process().waitForExit() == 0);
    }
    const testkit::Rest& rest() const { return _daemon->rest(); }

    std::string path() const { return (_folder.path() / "waymark.sock").string(); }
    static std::string program() { return WAYMARK_BUILD_DIR "/bin/waymark"; }
    std::map<std::string, std::string> environment() const
    {
        return {{"WAYMARK_URL", "unix:" + path()}, {"WAYMARK_TOKEN_FILE", ""}};
    }

    /// What a command prints, both outputs together, and its exit code.
    Outcome run(const std::vector<std::string>& words) const
    {
        testkit::Process process(program(), words, environment());
        const auto code = process.waitForExit();
        CPPUNIT_ASSERT_MESSAGE(process.output(), code.has_value());
        return {process.output(), *code};
    }
    /// That of a command that must succeed.
    std::string output(const std::vector<std::string>& words) const
    {
        const auto [text, code] = run(words);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(text, 0, code);
        return text;
    }

    /// A file beside the socket, which only its owner may read.
    std::string file(const std::string& name, const std::string& content) const
    {
        const auto written = _folder.write(name, content);
        std::filesystem::permissions(written, std::filesystem::perms::owner_read |
                                                  std::filesystem::perms::owner_write);
        return written.string();
    }
    static std::string secret(unsigned number)
    {
        const std::string digits = std::to_string(number);
        return std::string(64 - digits.size(), '0') + digits;
    }
    static std::string id(unsigned number)
    {
        return node::SecretKey::fromHex(secret(number)).value().publicKey().hex();
    }

private:
    testkit::TemporaryFolder _folder;
    testkit::Properties _properties;
    std::optional<testkit::Daemon> _daemon;
};

} // namespace waymark::httpapi

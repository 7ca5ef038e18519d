#pragma once

#include <waymark/testkit/TemporaryFolder.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace waymark::toolkit::stores
{

/// A registry that has everything, in files of a folder, and the real program that works on them.
class StoredExample
{
public:
    static constexpr const char* waymark = WAYMARK_BUILD_DIR "/bin/waymark";
    static constexpr const char* waymarkd = WAYMARK_BUILD_DIR "/bin/waymarkd";

    /// Claims of every scheme with and without ENR, labels and leases, and tombstones, as JSON lines; `more`
    /// plain claims besides.
    static std::string lines(std::size_t more = 0);

    std::string path(const std::string& name) const { return (_folder.path() / name).string(); }
    std::string write(const std::string& name, const std::string& content) const;
    static std::string read(const std::filesystem::path& file);
    /// The example in a format; its file.
    std::string store(const std::string& format, const std::string& name, std::size_t more = 0) const;
    /// Names of what is in the folder, in order.
    std::vector<std::string> names() const;

    /// `waymark registry WORD...`: all that it printed, and its exit code.
    static std::pair<std::string, int> run(std::vector<std::string> words);
    /// The same, which must end well.
    static std::string did(std::vector<std::string> words);
    /// A shell's command, in which $WAYMARK stands for the program.
    static std::pair<std::string, int> shell(const std::string& command);

    static void assertContains(const std::string& text, const std::string& part);

private:
    testkit::TemporaryFolder _folder;
};

} // namespace waymark::toolkit::stores

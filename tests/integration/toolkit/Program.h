#pragma once

#include <waymark/testkit/TemporaryFolder.h>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <filesystem>
#include <string>
#include <vector>

namespace waymark::testing
{

/// What a program that ended has left.
struct Ran
{
    int code = -1;
    std::string out;
    std::string error;

    /// `out` as one JSON document.
    Poco::JSON::Object::Ptr object() const;
    /// Without the line end.
    std::string line() const;
};

/// Runs the real `waymark` in a folder of its own, with what it reads and prints apart. Knows no plugins, so
/// that only built-in commands are there.
class Program
{
public:
    Ran run(const std::vector<std::string>& words, const std::string& input = {}) const;
    /// As run(), of a program that must end with 0 and complain of nothing.
    Ran good(const std::vector<std::string>& words, const std::string& input = {}) const;
    /// As run(), of one that must end with this code, say this and print nothing else.
    void bad(int code, const std::string& complaint, const std::vector<std::string>& words,
             const std::string& input = {}) const;

    const std::filesystem::path& folder() const noexcept { return _folder.path(); }
    /// Writes a file below the folder and returns its name.
    std::string write(const std::string& name, const std::string& content) const;
    /// As write(), of mode 0600.
    std::string writeKey(const std::string& name, const std::string& digits) const;
    std::string read(const std::string& name) const;

private:
    testkit::TemporaryFolder _folder;
};

void assertContains(const std::string& text, const std::string& part);

} // namespace waymark::testing

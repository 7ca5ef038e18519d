#include "Program.h"

#include <waymark/testkit/Process.h>

#include <Poco/JSON/Parser.h>
#include <cppunit/TestAssert.h>

#include <fstream>
#include <sstream>

namespace waymark::testing
{

namespace
{

std::string contentOf(const std::filesystem::path& file)
{
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

} // namespace

Poco::JSON::Object::Ptr Ran::object() const
{
    return Poco::JSON::Parser().parse(out).extract<Poco::JSON::Object::Ptr>();
}

std::string Ran::line() const
{
    CPPUNIT_ASSERT_MESSAGE(out, out.ends_with('\n') && out.find('\n') == out.size() - 1);
    return out.substr(0, out.size() - 1);
}

Ran Program::run(const std::vector<std::string>& words, const std::string& input) const
{
    write(".in", input);
    const std::string program = WAYMARK_BUILD_DIR "/bin/waymark";
    std::vector<std::string> arguments{"-c",
                                       R"(cd "$0" && exec "$@" <.in >.out 2>.error)",
                                       folder().string(),
                                       program,
                                       "--plugin-path",
                                       folder().string()};
    arguments.insert(arguments.end(), words.begin(), words.end());
    testkit::Process process("/bin/sh", arguments);
    const auto code = process.waitForExit();
    CPPUNIT_ASSERT_MESSAGE(words.front() + " did not end", code.has_value());
    return {*code, read(".out"), read(".error")};
}

Ran Program::good(const std::vector<std::string>& words, const std::string& input) const
{
    Ran ran = run(words, input);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(ran.error, 0, ran.code);
    CPPUNIT_ASSERT_EQUAL(std::string(), ran.error);
    return ran;
}

void Program::bad(int code, const std::string& complaint, const std::vector<std::string>& words,
                  const std::string& input) const
{
    const Ran ran = run(words, input);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(ran.error, code, ran.code);
    assertContains(ran.error, complaint);
    CPPUNIT_ASSERT_EQUAL(std::string(), ran.out);
}

std::string Program::write(const std::string& name, const std::string& content) const
{
    _folder.write(name, content);
    return name;
}

std::string Program::writeKey(const std::string& name, const std::string& digits) const
{
    const auto file = _folder.write(name, digits + '\n');
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    return name;
}

std::string Program::read(const std::string& name) const
{
    return contentOf(folder() / name);
}

void assertContains(const std::string& text, const std::string& part)
{
    CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
}

} // namespace waymark::testing

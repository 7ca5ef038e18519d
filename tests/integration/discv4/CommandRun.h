#pragma once

#include <waymark/plugin/Command.h>

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace waymark::discv4::testing
{

/// A command that ran in this process, as into a pipe. Unless its words say otherwise it waits long for
/// answers: the machine may be busy.
struct CommandRun
{
    CommandRun(plugin::Command&& command, const std::vector<std::string>& words)
    {
        std::istringstream in;
        std::ostringstream outStream;
        std::ostringstream errorStream;
        code = command.run({patient(words), in, outStream, errorStream});
        out = outStream.str();
        error = errorStream.str();
    }

    /// Each line as a JSON object.
    std::vector<Poco::JSON::Object::Ptr> objects() const
    {
        std::vector<Poco::JSON::Object::Ptr> parsed;
        std::istringstream lines(out);
        for (std::string line; std::getline(lines, line);)
            parsed.push_back(Poco::JSON::Parser().parse(line).extract<Poco::JSON::Object::Ptr>());
        return parsed;
    }

    int code = 0;
    std::string out;
    std::string error;

private:
    static std::vector<std::string> patient(std::vector<std::string> words)
    {
        const auto says = [&](const char* word) {
            return std::ranges::find(words, word) != words.end();
        };
        if (!says("--timeout") && !says("--help"))
            words.insert(words.begin(), {"--timeout", "30s"});
        return words;
    }
};

} // namespace waymark::discv4::testing

#pragma once

#include "Catalogue.h"
#include "StandardOutput.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace waymark::app
{

/// What `waymark` does. Help, listing and inspection read manifests and run no plugin's code.
class CommandLine
{
public:
    /// `output` outlives it.
    CommandLine(const std::vector<std::filesystem::path>& pluginPath, const StandardOutput& output);
    CommandLine(const CommandLine&) = delete; // its commands know its catalogue
    CommandLine& operator=(const CommandLine&) = delete;
    ~CommandLine() = default;

    /// Returns the exit code.
    int run(const std::vector<std::string>& words) const;

private:
    int help() const;
    /// Of a group, of commands that begin with a word, or of a command; the last runs the command's own
    /// --help.
    int help(std::vector<std::string> words) const;
    int helpOf(const std::string& word, const std::vector<const Catalogue::Group*>& groups) const;
    int execute(const std::vector<std::string>& words) const;
    static int usage(const std::string& message);

    const StandardOutput& _output;
    Catalogue _catalogue;
};

/// Writes what was printed. The exit code, of which that of a success is another one when that cannot be
/// done; it complains of that.
int written(const StandardOutput& output, int code);

} // namespace waymark::app

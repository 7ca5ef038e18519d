#pragma once

#include <waymark/base/Result.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waymark::app
{

/// A file that is to be written: its name below the folder of the plugin, and its content.
struct ScaffoldFile
{
    std::filesystem::path name;
    std::string content;
    bool isExecutable = false;
};

/// What stands for a placeholder: "name" for @name@.
using Placeholders = std::map<std::string, std::string>;

/// The files that new plugins are made of, as the SDK installs them: KIND/ over common/, each file with ".in"
/// behind its name. @name@ and the like are placeholders, in names as in contents; "dot-" in front of a name
/// stands for a dot. What begins with "#!" becomes a program; the placeholder @runs@ stands for that, so that
/// no tool takes the template for one.
class PluginTemplate
{
public:
    /// The folder that belongs to this program, wherever it was moved to:
    /// <prefix>/share/waymark/plugin-template, in a build as in what is installed. Nothing when it is not
    /// there: the SDK is not installed.
    static std::optional<std::filesystem::path> folder();

    /// Reads the files of a kind. notFound without that kind, or io, with the name of what cannot be read.
    static Result<PluginTemplate> read(const std::filesystem::path& folder, const std::string& kind);

    /// With something in place of every placeholder, in order of name. `corrupt` names the file, and what it
    /// has that `values` has not.
    Result<std::vector<ScaffoldFile>> fill(const Placeholders& values) const;

private:
    std::map<std::filesystem::path, ScaffoldFile> _files; ///< by name, still with placeholders
};

/// Writes all of the files below the folder, which is made when its parent is there; or none of them. Those
/// that exist are never touched: conflict names them. permission, unavailable (a full disk) or io.
Result<void> writeScaffold(const std::filesystem::path& folder, const std::vector<ScaffoldFile>& files);

} // namespace waymark::app

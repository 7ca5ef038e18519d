#include "host/config/SettingsReader.h"

#include "host/config/PropertiesParser.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>

namespace waymark::host
{

namespace
{

namespace fs = std::filesystem;

constexpr std::string_view environmentPrefix = "system.env.";

void readFile(const fs::path& file, ReadSettings& out)
{
    const std::string name = file.string();
    std::error_code error;
    if (!fs::is_regular_file(file, error)) {
        const std::string why = error ? error.message() : "it is no regular file";
        out.problems.push_back({name, "", "cannot be read: " + why});
        out.isComplete = false;
        return;
    }
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    if (!stream || !(text << stream.rdbuf() || stream.peek() == std::ifstream::traits_type::eof())) {
        out.problems.push_back({name, "", "cannot be read: " + std::generic_category().message(errno)});
        out.isComplete = false;
        return;
    }
    ParsedProperties parsed = parseProperties(text.str(), name);
    out.isComplete = out.isComplete && parsed.isText;
    std::ranges::move(parsed.problems, std::back_inserter(out.problems));
    const fs::path base = fs::absolute(file).parent_path().lexically_normal();
    for (PropertiesEntry& entry : parsed.entries)
        out.settings.insert_or_assign(std::move(entry.key),
                                      Setting{std::move(entry.value), Origin{name, entry.line, base}});
}

void readFolder(const fs::path& folder, ReadSettings& out)
{
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        if (entry->path().extension() == ".properties" && !entry->path().filename().string().starts_with('.'))
            files.push_back(entry->path());
    if (error && error != std::errc::no_such_file_or_directory) {
        out.problems.push_back({folder.string(), "", "cannot be read: " + error.message()});
        out.isComplete = false;
    }
    std::ranges::sort(files);
    for (const fs::path& file : files)
        readFile(file, out);
}

void addOverrides(const std::vector<std::pair<std::string, std::string>>& overrides, ReadSettings& out)
{
    const Origin origin{"", 0, fs::current_path()};
    std::vector<std::string> seen;
    for (const auto& [key, value] : overrides) {
        if (std::ranges::find(seen, key) != seen.end())
            out.problems.push_back({origin.toString(), key, "is set twice"});
        seen.push_back(key);
        out.settings.insert_or_assign(key, Setting{value, origin});
    }
}

/// Replaces ${...} in values by what they name. A reference that leads nowhere is reported once, where it is
/// written; values that depend on it are broken and say nothing more.
class Expander
{
public:
    explicit Expander(ReadSettings& read) : _read(read), _given(read.settings) {}

    void run()
    {
        for (auto& [key, setting] : _read.settings) {
            _open.assign(1, key);
            if (auto expanded = expand(key))
                setting.raw = std::move(*expanded);
        }
        for (const std::string& key : _broken)
            _read.settings.at(key).isBroken = true;
    }

private:
    /// Nothing when the value is broken; then it has been reported.
    std::optional<std::string> expand(const std::string& key)
    {
        if (_broken.contains(key))
            return std::nullopt;
        const std::string& text = _given.at(key).raw;
        std::string expanded;
        std::size_t done = 0;
        for (;;) {
            const std::size_t start = text.find("${", done);
            expanded += text.substr(done, start - done);
            if (start == std::string::npos)
                return expanded;
            const std::size_t end = text.find('}', start);
            if (end == std::string::npos)
                return problem(key, "'${' has no matching '}'");
            const auto value = lookUp(text.substr(start + 2, end - start - 2), key);
            if (!value) {
                _broken.insert(key);
                return std::nullopt;
            }
            expanded += *value;
            done = end + 1;
        }
    }

    std::optional<std::string> lookUp(const std::string& name, const std::string& key)
    {
        if (name.starts_with(environmentPrefix)) {
            const std::string variable = name.substr(environmentPrefix.size());
            const char* const value = std::getenv(variable.c_str());
            if (value == nullptr)
                return problem(key, "${" + name + "}: the environment has no variable " + variable);
            return std::string(value);
        }
        if (!_given.contains(name))
            return problem(
                key,
                "${" + name + "}: no such key is set (environment variables are written ${system.env.NAME})");
        if (std::ranges::find(_open, name) != _open.end())
            return problem(key, "${" + name + "}: the keys refer to each other in a circle");
        _open.push_back(name);
        auto value = expand(name);
        _open.pop_back();
        return value;
    }

    std::nullopt_t problem(const std::string& key, std::string message)
    {
        _read.problems.push_back({_given.at(key).origin.toString(), key, std::move(message)});
        _broken.insert(key);
        return std::nullopt;
    }

    ReadSettings& _read;
    Settings _given;                ///< as written
    std::vector<std::string> _open; ///< keys that are being expanded
    std::set<std::string> _broken;
};

} // namespace

ReadSettings readSettings(const fs::path& file,
                          const std::vector<std::pair<std::string, std::string>>& overrides)
{
    ReadSettings read;
    if (!file.empty()) {
        readFile(file, read);
        readFolder(file.parent_path() / "conf.d", read);
    }
    addOverrides(overrides, read);
    Expander(read).run();
    return read;
}

} // namespace waymark::host

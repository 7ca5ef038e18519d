#include "PluginTemplate.h"

#include <waymark/base/AtomicFile.h>

#include <algorithm>
#include <system_error>

namespace waymark::app
{

namespace
{

namespace fs = std::filesystem;

constexpr std::size_t largestFile = std::size_t{1} << 20;

bool isNameCharacter(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// What stands between two '@' is a placeholder when it looks like a name; addresses of people are none.
Result<std::string> filled(const std::string& text, const Placeholders& values)
{
    std::string made;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t begin = text.find('@', at);
        if (begin == std::string::npos)
            break;
        std::size_t end = begin + 1;
        while (end < text.size() && isNameCharacter(text[end]))
            ++end;
        const bool isPlaceholder = end > begin + 1 && end < text.size() && text[end] == '@';
        made.append(text, at, begin - at);
        at = begin + 1;
        if (!isPlaceholder) {
            made += '@';
            continue;
        }
        const std::string name = text.substr(begin + 1, end - begin - 1);
        const auto value = values.find(name);
        if (value == values.end())
            return failure(ErrorCode::corrupt, "nothing is known to stand for @" + name + '@');
        made += value->second;
        at = end + 1;
    }
    return made.append(text, at);
}

/// As the file is to be called: without ".in", and with a dot for "dot-".
fs::path finalName(const fs::path& name)
{
    const fs::path plain = name.parent_path() / name.stem();
    fs::path made;
    for (const fs::path& part : plain) {
        const std::string text = part.string();
        made /= text.starts_with("dot-") ? '.' + text.substr(4) : text;
    }
    return made;
}

} // namespace

std::optional<fs::path> PluginTemplate::folder()
{
    std::error_code error;
    const fs::path executable = fs::read_symlink("/proc/self/exe", error);
    if (error)
        return std::nullopt;
    const fs::path found = executable.parent_path().parent_path() / WAYMARK_TEMPLATE_INSTALL_DIR;
    return fs::is_directory(found, error) ? std::optional(found) : std::nullopt;
}

Result<PluginTemplate> PluginTemplate::read(const fs::path& folder, const std::string& kind)
{
    PluginTemplate made;
    for (const fs::path& part : {folder / "common", folder / kind}) {
        std::error_code error;
        fs::recursive_directory_iterator entry(part, error);
        for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
            if (!entry->is_regular_file() || entry->path().extension() != ".in")
                continue;
            auto content = readSmallFile(entry->path(), largestFile);
            if (!content)
                return failure(std::move(content.error()));
            const fs::path name = finalName(entry->path().lexically_relative(part));
            made._files.insert_or_assign(name, ScaffoldFile{name, std::move(*content)});
        }
        if (error)
            return failure(error == std::errc::no_such_file_or_directory ? ErrorCode::notFound
                                                                         : ErrorCode::io,
                           part.string() + ": " + error.message());
    }
    return made;
}

Result<std::vector<ScaffoldFile>> PluginTemplate::fill(const Placeholders& values) const
{
    std::vector<ScaffoldFile> files;
    for (const auto& [name, file] : _files) {
        const auto filledName = filled(name.string(), values);
        auto content = filled(file.content, values);
        for (const auto* const part : {&filledName, static_cast<const Result<std::string>*>(&content)})
            if (!*part)
                return failure(part->error().code, name.string() + ".in: " + part->error().message);
        const bool isProgram = content->starts_with("#!");
        files.push_back({*filledName, std::move(*content), isProgram});
    }
    std::ranges::sort(files, {}, &ScaffoldFile::name);
    return files;
}

} // namespace waymark::app

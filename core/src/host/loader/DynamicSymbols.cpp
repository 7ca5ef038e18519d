#include "host/loader/DynamicSymbols.h"

#include "base/Text.h"
#include "host/loader/CheckedFile.h"

#include <algorithm>
#include <cstring>
#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <memory>
#include <string_view>
#include <vector>

namespace waymark::host
{

namespace
{

constexpr std::uint64_t largestTable = std::uint64_t{64} << 20;
/// Of a symbol or a library; compilers make none that comes near it.
constexpr std::size_t longestName = std::size_t{64} << 10;

/// What every class library of Poco exports.
constexpr std::string_view classManifest = "pocoBuildManifest";

/// A section of entries and the one of their names.
template <typename Entry>
struct Table
{
    std::vector<Entry> entries;
    std::string names;

    /// From where a name begins up to the end of all names; empty for one that lies outside of them.
    std::string_view restAt(std::uint64_t place) const noexcept
    {
        return place < names.size() ? std::string_view(names).substr(static_cast<std::size_t>(place))
                                    : std::string_view();
    }
};

/// The name at the beginning of what is left; nothing when it has no end within reach.
std::optional<std::string_view> nameIn(std::string_view rest) noexcept
{
    const std::size_t end = rest.substr(0, longestName + 1).find('\0');
    return end == std::string_view::npos ? std::nullopt : std::optional(rest.substr(0, end));
}

std::optional<Elf64_Shdr> sectionAt(const CheckedFile& file, const Elf64_Ehdr& header, std::uint64_t index)
{
    Elf64_Shdr section;
    const std::uint64_t offset = header.e_shoff + index * sizeof section;
    if (index >= header.e_shnum || offset < header.e_shoff || !file.read(offset, &section, sizeof section))
        return std::nullopt;
    return section;
}

template <typename Entry>
std::optional<Table<Entry>> tableOf(const CheckedFile& file, const Elf64_Ehdr& header,
                                    const Elf64_Shdr& section)
{
    const auto names = sectionAt(file, header, section.sh_link);
    if (!names || section.sh_size > largestTable || names->sh_size > largestTable ||
        section.sh_entsize != sizeof(Entry) || !file.has(section.sh_offset, section.sh_size) ||
        !file.has(names->sh_offset, names->sh_size))
        return std::nullopt;
    Table<Entry> table;
    table.entries.resize(static_cast<std::size_t>(section.sh_size / sizeof(Entry)));
    table.names.resize(static_cast<std::size_t>(names->sh_size));
    if (!file.read(section.sh_offset, table.entries.data(), table.entries.size() * sizeof(Entry)) ||
        !file.read(names->sh_offset, table.names.data(), table.names.size()))
        return std::nullopt;
    return table;
}

/// The first section of a type.
template <typename Entry>
std::optional<Table<Entry>> readTable(const std::filesystem::path& path, std::uint32_t type)
{
    const CheckedFile file(path);
    Elf64_Ehdr header;
    if (!file.opened() || !file.isRegular() || !file.read(0, &header, sizeof header) ||
        std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_shentsize != sizeof(Elf64_Shdr))
        return std::nullopt;
    for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
        const auto section = sectionAt(file, header, i);
        if (section && section->sh_type == type)
            return tableOf<Entry>(file, header, *section);
    }
    return std::nullopt;
}

bool skip(std::string_view& text, std::string_view part) noexcept
{
    if (!text.starts_with(part))
        return false;
    text.remove_prefix(part.size());
    return true;
}

/// Whether it is a name of C++ in namespace waymark: of a function, or the table or type of a class.
bool isOurs(std::string_view name) noexcept
{
    if (!skip(name, "_Z"))
        return false;
    for (const std::string_view table : {"TV", "TI", "TS", "TT", "GV"})
        if (skip(name, table))
            break;
    if (!skip(name, "N"))
        return false;
    // How a member function takes its object: const, volatile, restrict, & or &&.
    constexpr std::size_t mostQualifiers = 4;
    for (std::size_t i = 0; i < mostQualifiers && name.find_first_of("KVrRO") == 0; ++i)
        name.remove_prefix(1);
    return name.starts_with("7waymark");
}

/// A library in this process; none of its code is run for it. Closes what it opened.
class LoadedLibrary
{
public:
    explicit LoadedLibrary(const std::string& name) : _handle(nullptr, &::dlclose)
    {
        if (!name.empty() && name.find('/') == std::string::npos)
            _handle.reset(::dlopen(name.c_str(), RTLD_LAZY | RTLD_NOLOAD));
    }

    bool isThere() const noexcept { return _handle != nullptr; }
    bool has(const std::string& symbol) const { return ::dlsym(_handle.get(), symbol.c_str()) != nullptr; }

private:
    std::unique_ptr<void, int (*)(void*)> _handle;
};

/// What the plugin is linked with, as far as it is in this process. Nothing when there is a library that is
/// not, which may define anything; Poco's do not define what is Waymark's.
std::optional<std::vector<LoadedLibrary>> librariesOf(const std::filesystem::path& file)
{
    const auto table = readTable<Elf64_Dyn>(file, SHT_DYNAMIC);
    if (!table)
        return std::nullopt;
    constexpr std::size_t mostLibraries = 1000;
    std::vector<LoadedLibrary> libraries;
    for (const Elf64_Dyn& entry : table->entries) {
        if (entry.d_tag == DT_NULL)
            break;
        if (entry.d_tag != DT_NEEDED)
            continue;
        const auto name = nameIn(table->restAt(entry.d_un.d_val));
        if (!name || libraries.size() == mostLibraries)
            return std::nullopt;
        LoadedLibrary library{std::string(*name)};
        if (library.isThere())
            libraries.push_back(std::move(library));
        else if (!name->starts_with("libPoco"))
            return std::nullopt;
    }
    return libraries;
}

std::string demangled(const std::string& name)
{
    // What refers back to its own parts can become very long.
    constexpr std::size_t longest = 1024;
    constexpr std::ptrdiff_t mostReferences = 24;
    if (name.size() > longest || std::ranges::count(name, '_') > mostReferences)
        return name;
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(
        abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
    return status == 0 && text != nullptr ? std::string(text.get()) : name;
}

/// For people: what a file calls its symbols may be anything.
std::string readable(const std::string& name)
{
    constexpr std::size_t longest = 200;
    const std::string whole = demangled(name);
    return text::printable(whole.substr(0, longest)) + (whole.size() > longest ? "..." : "");
}

bool isThere(const std::string& symbol, const std::vector<LoadedLibrary>& libraries)
{
    return ::dlsym(RTLD_DEFAULT, symbol.c_str()) != nullptr ||
           std::ranges::any_of(libraries, [&](const LoadedLibrary& library) { return library.has(symbol); });
}

} // namespace

std::optional<std::string> flawInSymbols(const std::filesystem::path& file)
{
    const auto table = readTable<Elf64_Sym>(file, SHT_DYNSYM);
    if (!table)
        return std::nullopt;
    const auto libraries = librariesOf(file);
    bool hasClass = false;
    for (const Elf64_Sym& symbol : table->entries) {
        const std::string_view rest = table->restAt(symbol.st_name);
        if (symbol.st_shndx != SHN_UNDEF) {
            hasClass = hasClass || (rest.starts_with(classManifest) &&
                                    rest.substr(classManifest.size()).starts_with('\0'));
            continue;
        }
        if (!libraries || ELF64_ST_BIND(symbol.st_info) == STB_WEAK || !isOurs(rest))
            continue;
        const auto name = nameIn(rest);
        if (!name)
            return "its table of symbols is damaged: a name is longer than " + std::to_string(longestName) +
                   " bytes";
        if (const std::string whole(*name); !isThere(whole, *libraries))
            return "it needs " + readable(whole) +
                   ", which this Waymark does not have; rebuild it against this version";
    }
    if (hasClass)
        return std::nullopt;
    return "it exports no class: WAYMARK_EXPORT_PLUGIN has to stand in the file that waymark_add_plugin() "
           "calls EXPORT";
}

} // namespace waymark::host

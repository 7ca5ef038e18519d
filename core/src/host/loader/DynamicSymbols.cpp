#include "host/loader/DynamicSymbols.h"

#include "host/loader/CheckedFile.h"

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

/// What every class library of Poco exports.
constexpr std::string_view classManifest = "pocoBuildManifest";

struct Table
{
    std::vector<Elf64_Sym> symbols;
    std::string names;

    /// Empty for one that lies outside of the names.
    std::string_view nameOf(const Elf64_Sym& symbol) const noexcept
    {
        if (symbol.st_name >= names.size())
            return {};
        const std::string_view rest = std::string_view(names).substr(symbol.st_name);
        return rest.substr(0, rest.find('\0'));
    }
};

std::optional<Elf64_Shdr> sectionAt(const CheckedFile& file, const Elf64_Ehdr& header, std::uint64_t index)
{
    Elf64_Shdr section;
    const std::uint64_t offset = header.e_shoff + index * sizeof section;
    if (index >= header.e_shnum || offset < header.e_shoff || !file.read(offset, &section, sizeof section))
        return std::nullopt;
    return section;
}

std::optional<Table> tableOf(const CheckedFile& file, const Elf64_Ehdr& header, const Elf64_Shdr& section)
{
    const auto names = sectionAt(file, header, section.sh_link);
    if (!names || section.sh_size > largestTable || names->sh_size > largestTable ||
        section.sh_entsize != sizeof(Elf64_Sym) || !file.has(section.sh_offset, section.sh_size) ||
        !file.has(names->sh_offset, names->sh_size))
        return std::nullopt;
    Table table;
    table.symbols.resize(static_cast<std::size_t>(section.sh_size / sizeof(Elf64_Sym)));
    table.names.resize(static_cast<std::size_t>(names->sh_size));
    if (!file.read(section.sh_offset, table.symbols.data(), table.symbols.size() * sizeof(Elf64_Sym)) ||
        !file.read(names->sh_offset, table.names.data(), table.names.size()))
        return std::nullopt;
    return table;
}

std::optional<Table> readTable(const std::filesystem::path& path)
{
    const CheckedFile file(path);
    Elf64_Ehdr header;
    if (!file.opened() || !file.isRegular() || !file.read(0, &header, sizeof header) ||
        std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_shentsize != sizeof(Elf64_Shdr))
        return std::nullopt;
    for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
        const auto section = sectionAt(file, header, i);
        if (section && section->sh_type == SHT_DYNSYM)
            return tableOf(file, header, *section);
    }
    return std::nullopt;
}

/// Whether it is a name of C++ in namespace waymark: of a function, or the table or type of a class.
bool isOurs(std::string_view name) noexcept
{
    constexpr std::size_t longestPrefix = 6; // "_ZTVN", "_ZNKO"...
    return name.starts_with("_Z") && name.find("7waymark") <= longestPrefix;
}

std::string readable(const std::string& name)
{
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(
        abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
    return status == 0 && text != nullptr ? std::string(text.get()) : name;
}

} // namespace

std::optional<std::string> flawInSymbols(const std::filesystem::path& file)
{
    const auto table = readTable(file);
    if (!table)
        return std::nullopt;
    bool hasClass = false;
    for (const Elf64_Sym& symbol : table->symbols) {
        const std::string name(table->nameOf(symbol));
        const bool isDefined = symbol.st_shndx != SHN_UNDEF;
        hasClass = hasClass || (isDefined && name == classManifest);
        if (isDefined || ELF64_ST_BIND(symbol.st_info) == STB_WEAK || !isOurs(name) ||
            ::dlsym(RTLD_DEFAULT, name.c_str()) != nullptr)
            continue;
        return "it needs " + readable(name) +
               ", which this Waymark does not have; rebuild it against this version";
    }
    if (hasClass)
        return std::nullopt;
    return "it exports no class: WAYMARK_EXPORT_PLUGIN has to stand in the file that waymark_add_plugin() "
           "calls "
           "EXPORT";
}

} // namespace waymark::host

#include "host/loader/NoteFinder.h"

#include "host/loader/CheckedFile.h"

#include <bit>
#include <cerrno>
#include <cstring>
#include <elf.h>
#include <limits>
#include <optional>
#include <system_error>

namespace waymark::host
{

namespace
{

constexpr std::size_t maximumHeaders = 256;
constexpr std::uint64_t maximumNotes = std::uint64_t{1} << 20;

#if defined(__x86_64__)
constexpr Elf64_Half ownMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half ownMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr Elf64_Half ownMachine = EM_RISCV;
#else
#error "name the ELF machine of this architecture"
#endif
constexpr unsigned char ownByteOrder = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

tl::unexpected<Error> noPlugin(const std::string& why)
{
    return failure(ErrorCode::invalidArgument, "it is no plugin: " + why);
}

Result<Elf64_Ehdr> readHeader(const CheckedFile& file)
{
    Elf64_Ehdr header;
    if (!file.read(0, &header, sizeof header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return noPlugin("not an ELF file, or cut off within its header");
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ownByteOrder ||
        header.e_machine != ownMachine)
        return noPlugin("an ELF file for another machine");
    if (header.e_type != ET_DYN)
        return noPlugin("an ELF file, but no shared library");
    if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 || header.e_phnum > maximumHeaders)
        return noPlugin("its ELF header is damaged");
    return header;
}

constexpr std::size_t padded(std::size_t size) noexcept
{
    return (size + 3) & ~std::size_t{3};
}

/// Notes in one segment: header, owner and description, each padded to 4 bytes.
std::optional<Bytes> findIn(ByteView notes, std::string_view owner, std::uint32_t type)
{
    while (notes.size() >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr header;
        std::memcpy(&header, notes.data(), sizeof header);
        notes = notes.subspan(sizeof header);
        const std::size_t ownerSize = padded(header.n_namesz);
        if (ownerSize < header.n_namesz || ownerSize > notes.size())
            return std::nullopt;
        const ByteView name = notes.first(header.n_namesz);
        notes = notes.subspan(ownerSize);
        if (header.n_descsz > notes.size())
            return std::nullopt;
        const ByteView description = notes.first(header.n_descsz);
        const bool sameOwner = name.size() == owner.size() + 1 && name.back() == 0 &&
                               std::memcmp(name.data(), owner.data(), owner.size()) == 0;
        if (sameOwner && header.n_type == type)
            return Bytes(description.begin(), description.end());
        notes = notes.subspan(std::min(padded(header.n_descsz), notes.size()));
    }
    return std::nullopt;
}

} // namespace

Result<Bytes> findNote(const std::filesystem::path& path, std::string_view owner, std::uint32_t type)
{
    const CheckedFile file(path);
    if (!file.opened())
        return failure(errno == ENOENT ? ErrorCode::notFound : ErrorCode::io,
                       "cannot be opened: " + std::generic_category().message(errno));
    if (!file.isRegular())
        return noPlugin("not a regular file");
    const auto header = readHeader(file);
    if (!header)
        return failure(header.error());
    std::optional<Bytes> note;
    for (std::size_t i = 0; i < header->e_phnum; ++i) {
        Elf64_Phdr segment;
        if (header->e_phoff > std::numeric_limits<std::uint64_t>::max() - i * sizeof segment ||
            !file.read(header->e_phoff + i * sizeof segment, &segment, sizeof segment))
            return noPlugin("cut off within its program headers");
        // dlopen() maps these unseen: touching what a cut-off file does not have is a SIGBUS.
        if (segment.p_type == PT_LOAD && !file.has(segment.p_offset, segment.p_filesz))
            return noPlugin("cut off within its code or data");
        if (note || segment.p_type != PT_NOTE)
            continue;
        if (segment.p_filesz > maximumNotes)
            return noPlugin("its notes are damaged");
        Bytes notes(static_cast<std::size_t>(segment.p_filesz));
        if (!file.read(segment.p_offset, notes.data(), notes.size()))
            return noPlugin("cut off within its notes");
        note = findIn(notes, owner, type);
    }
    if (note)
        return std::move(*note);
    return noPlugin("a shared library without a manifest of " + std::string(owner));
}

} // namespace waymark::host

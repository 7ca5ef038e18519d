#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace waymark::host
{

/// A file that is read at checked places: whatever it says of itself, nothing is read that it does not have.
class CheckedFile
{
public:
    /// Opening does not wait, whatever the file is; opened() says whether it is open, and errno why it is
    /// not.
    explicit CheckedFile(const std::filesystem::path& path);
    CheckedFile(const CheckedFile&) = delete;
    CheckedFile& operator=(const CheckedFile&) = delete;
    ~CheckedFile();

    bool opened() const noexcept { return _descriptor >= 0; }
    bool isRegular() const noexcept;
    bool has(std::uint64_t offset, std::uint64_t size) const noexcept;
    /// False when the file does not have all of these bytes.
    bool read(std::uint64_t offset, void* out, std::size_t size) const noexcept;

private:
    int _descriptor;
};

} // namespace waymark::host

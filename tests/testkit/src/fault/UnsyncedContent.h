#pragma once

#include "Dice.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace waymark::testkit::fault
{

/// What a file's sectors hold on the disk where that differs from what programs see.
class UnsyncedContent
{
public:
    static constexpr std::size_t sectorSize = 512;
    /// What programs see at an offset: at most so many bytes, fewer at the end of the file.
    using Reader = std::function<std::string(std::uint64_t offset, std::size_t size)>;

    explicit UnsyncedContent(std::uint64_t syncedSize) noexcept : _syncedSize(syncedSize) {}

    void beforeWrite(std::uint64_t offset, std::uint64_t size, const Reader& read);
    void beforeTruncate(std::uint64_t size, std::uint64_t currentSize, const Reader& read);
    void synced(std::uint64_t size);
    void syncFailed();

    /// What is found after a power cut in a file in which programs last saw `seen`.
    std::string afterCut(std::string seen, Dice& dice) const;

private:
    void keep(std::uint64_t sector, const Reader& read);

    std::uint64_t _syncedSize;
    std::map<std::uint64_t, std::string> _onDisk; ///< by sector
    std::set<std::uint64_t> _forgotten; ///< sectors that no sync writes unless they are written again
};

} // namespace waymark::testkit::fault

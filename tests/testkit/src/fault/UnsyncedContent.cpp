#include "UnsyncedContent.h"

#include <algorithm>

namespace waymark::testkit::fault
{

void UnsyncedContent::keep(std::uint64_t sector, const Reader& read)
{
    if (_onDisk.contains(sector))
        return;
    const std::uint64_t begin = sector * sectorSize;
    const std::uint64_t size =
        begin < _syncedSize ? std::min<std::uint64_t>(sectorSize, _syncedSize - begin) : 0;
    _onDisk.emplace(sector, size == 0 ? std::string() : read(begin, static_cast<std::size_t>(size)));
}

void UnsyncedContent::beforeWrite(std::uint64_t offset, std::uint64_t size, const Reader& read)
{
    if (size == 0)
        return;
    for (std::uint64_t sector = offset / sectorSize; sector <= (offset + size - 1) / sectorSize; ++sector) {
        keep(sector, read);
        _forgotten.erase(sector);
    }
}

void UnsyncedContent::beforeTruncate(std::uint64_t size, std::uint64_t currentSize, const Reader& read)
{
    for (std::uint64_t sector = size / sectorSize; sector * sectorSize < currentSize; ++sector)
        keep(sector, read);
    _forgotten.erase(_forgotten.lower_bound(size / sectorSize), _forgotten.end());
}

void UnsyncedContent::synced(std::uint64_t size)
{
    std::erase_if(_onDisk, [this](const auto& sector) { return !_forgotten.contains(sector.first); });
    _syncedSize = size;
}

void UnsyncedContent::syncFailed()
{
    for (const auto& [sector, content] : _onDisk)
        _forgotten.insert(sector);
}

std::string UnsyncedContent::afterCut(std::string seen, Dice& dice) const
{
    const std::uint64_t seenSize = seen.size();
    const bool staysShort = seenSize < _syncedSize && dice.survives();
    std::string image = std::move(seen);
    if (!staysShort)
        image.resize(std::max(seenSize, _syncedSize));
    std::uint64_t size = staysShort ? seenSize : _syncedSize;
    for (const auto& [sector, content] : _onDisk) {
        const std::uint64_t begin = sector * sectorSize;
        const std::uint64_t end = std::min<std::uint64_t>(begin + sectorSize, image.size());
        if (begin >= end)
            continue;
        if (begin < seenSize && dice.survives()) {
            size = std::max(size, std::min(end, seenSize));
            continue;
        }
        std::string old = content;
        old.resize(end - begin);
        image.replace(begin, end - begin, old);
    }
    image.resize(size);
    return image;
}

} // namespace waymark::testkit::fault

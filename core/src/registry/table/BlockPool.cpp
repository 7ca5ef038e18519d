#include "registry/table/BlockPool.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <utility>

namespace waymark::registry::table
{

namespace
{

/// At least one.
std::size_t inUnits(std::size_t bytes, std::size_t unit) noexcept
{
    return std::max<std::size_t>((bytes + unit - 1) / unit, 1);
}

} // namespace

BlockPool::BlockPool(std::pmr::memory_resource& memory) : _memory(memory), _slabs(1), _roomy(classes, none) {}

BlockPool::~BlockPool()
{
    for (const Slab& slab : _slabs)
        if (slab.begin != nullptr)
            _memory.deallocate(slab.begin, slabBytes, unit);
    for (const Large& large : _large)
        if (large.begin != nullptr)
            _memory.deallocate(large.begin, large.bytes, unit);
}

/// Above the fine ones each doubling has eight classes: (32, 64] in steps of 4, (64, 128] in steps of 8...
std::size_t BlockPool::classOf(std::size_t units) noexcept
{
    if (units <= fineUnits)
        return units - 1;
    const auto doubling = static_cast<std::size_t>(std::bit_width((units - 1) / fineUnits)) - 1;
    const std::size_t base = fineUnits << doubling;
    const std::size_t step = base / stepsOfDoubling;
    return fineUnits + doubling * stepsOfDoubling + (units - base + step - 1) / step - 1;
}

std::size_t BlockPool::unitsOf(std::size_t sizeClass) noexcept
{
    if (sizeClass < fineUnits)
        return sizeClass + 1;
    const std::size_t base = fineUnits << (sizeClass - fineUnits) / stepsOfDoubling;
    return base + ((sizeClass - fineUnits) % stepsOfDoubling + 1) * (base / stepsOfDoubling);
}

bool BlockPool::hasRoom(const Slab& slab) noexcept
{
    return slab.free != 0 || slab.unused + unitsOf(slab.sizeClass) <= slabUnits;
}

bool BlockPool::fits(Handle block, std::size_t bytes) const noexcept
{
    const std::size_t units = inUnits(bytes, unit);
    if (isLarge(block))
        return units * unit == _large[block & ~largeBit].bytes;
    return units <= largestUnits && classOf(units) == _slabs[block / slabUnits].sizeClass;
}

BlockPool::Handle BlockPool::take(std::size_t bytes)
{
    const std::size_t units = inUnits(bytes, unit);
    if (units > largestUnits)
        return takeLarge(units * unit);
    const std::size_t sizeClass = classOf(units);
    const std::uint32_t number = _roomy[sizeClass] != none ? _roomy[sizeClass] : addSlab(sizeClass);
    Slab& slab = _slabs[number];
    std::uint16_t place = slab.unused;
    if (slab.free != 0) {
        place = static_cast<std::uint16_t>(slab.free - 1);
        std::memcpy(&slab.free, slab.begin + place * unit, sizeof slab.free);
    } else {
        slab.unused = static_cast<std::uint16_t>(slab.unused + unitsOf(sizeClass));
    }
    ++slab.used;
    if (!hasRoom(slab))
        unlink(number);
    return number * slabUnits + place;
}

void BlockPool::give(Handle block) noexcept
{
    if (isLarge(block))
        return giveLarge(block);
    const std::uint32_t number = block / slabUnits;
    Slab& slab = _slabs[number];
    const bool wasFull = !hasRoom(slab);
    std::memcpy(slab.begin + block % slabUnits * unit, &slab.free, sizeof slab.free);
    slab.free = static_cast<std::uint16_t>(block % slabUnits + 1);
    --slab.used;
    if (wasFull)
        link(number);
    if (slab.used == 0)
        giveSlab(number);
}

std::uint32_t BlockPool::addSlab(std::size_t sizeClass)
{
    std::uint32_t number = _freeNumber;
    if (number == none) {
        if (_slabs.size() >= largeBit / slabUnits)
            throw std::bad_alloc();
        number = static_cast<std::uint32_t>(_slabs.size());
        _slabs.emplace_back();
        _freeNumber = number;
    }
    Slab& slab = _slabs[number];
    slab.begin = static_cast<Byte*>(_memory.allocate(slabBytes, unit));
    _bytes += slabBytes;
    _freeNumber = std::exchange(slab.next, none);
    slab.sizeClass = static_cast<std::uint8_t>(sizeClass);
    link(number);
    return number;
}

void BlockPool::giveSlab(std::uint32_t number) noexcept
{
    unlink(number);
    Slab& slab = _slabs[number];
    _memory.deallocate(slab.begin, slabBytes, unit);
    _bytes -= slabBytes;
    slab = Slab();
    slab.next = std::exchange(_freeNumber, number);
}

void BlockPool::link(std::uint32_t number) noexcept
{
    Slab& slab = _slabs[number];
    std::uint32_t& first = _roomy[slab.sizeClass];
    slab.next = first;
    slab.previous = none;
    if (first != none)
        _slabs[first].previous = number;
    first = number;
}

void BlockPool::unlink(std::uint32_t number) noexcept
{
    Slab& slab = _slabs[number];
    if (slab.previous != none)
        _slabs[slab.previous].next = slab.next;
    else
        _roomy[slab.sizeClass] = slab.next;
    if (slab.next != none)
        _slabs[slab.next].previous = slab.previous;
    slab.next = slab.previous = none;
}

BlockPool::Handle BlockPool::takeLarge(std::size_t bytes)
{
    if (_freeLarge == none) {
        if (_large.size() >= largeBit - 1)
            throw std::bad_alloc();
        _large.emplace_back();
        _freeLarge = static_cast<std::uint32_t>(_large.size());
    }
    const std::uint32_t number = _freeLarge - 1;
    Large& large = _large[number];
    large.begin = static_cast<Byte*>(_memory.allocate(bytes, unit));
    large.bytes = bytes;
    _bytes += bytes;
    _freeLarge = std::exchange(large.next, none);
    return number | largeBit;
}

void BlockPool::giveLarge(Handle block) noexcept
{
    const std::uint32_t number = block & ~largeBit;
    Large& large = _large[number];
    _memory.deallocate(large.begin, large.bytes, unit);
    _bytes -= large.bytes;
    large = Large();
    large.next = std::exchange(_freeLarge, number + 1);
}

} // namespace waymark::registry::table

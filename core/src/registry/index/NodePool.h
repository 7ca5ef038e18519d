#pragma once

#include <algorithm>
#include <cstddef>
#include <memory_resource>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace waymark::registry::index
{

/// Nodes of one kind for versions that are made beside the one that is read. Between two commits the writer
/// takes nodes for the next version and drops those that it will not have; then either everything counts, or
/// nothing happened. What was dropped is used again only after a round in which all readers left.
///
/// Nodes lie in blocks that never move, and are given back when a round leaves no node in use. One thread.
template <class T>
class NodePool
{
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

public:
    explicit NodePool(std::pmr::memory_resource& memory)
        : _memory(memory),
          _blocks(&memory),
          _made(&memory),
          _unmade(&memory),
          _dropped(&memory),
          _leaving(&memory)
    {
    }
    NodePool(const NodePool&) = delete;
    NodePool& operator=(const NodePool&) = delete;
    ~NodePool() { giveBack(); }

    /// A fresh node, until the next commit. Throws bad_alloc, and is as before.
    T& take(const T& value)
    {
        if (!_unmade.empty()) {
            T* const slot = _unmade.back();
            _unmade.pop_back();
            return fresh(slot, value);
        }
        provide();
        _made.push_back(nullptr);
        T& node = fresh(pop(), value);
        _made.back() = &node;
        return node;
    }

    /// The next version has no such node. Throws bad_alloc; then only rollback() helps.
    void drop(const T& node) { (node.isFresh ? _unmade : _dropped).push_back(writable(node)); }

    /// A node to write to in place of this one: itself when it is fresh, else a copy, and it is dropped.
    T& own(const T& node)
    {
        if (node.isFresh)
            return *writable(node);
        T& copy = take(node);
        drop(node);
        return copy;
    }

    /// What was taken is public from now on.
    void commit() noexcept
    {
        for (T* const node : _made)
            node->isFresh = false;
        for (T* const node : _unmade)
            push(node);
        _committed = _dropped.size();
        empty(_made);
        empty(_unmade);
    }

    /// Nothing was taken or dropped since the last commit.
    void rollback() noexcept
    {
        for (T* const node : _made)
            push(node);
        _dropped.resize(_committed);
        empty(_made);
        empty(_unmade);
    }

    /// What was dropped until now is used again after the next endRound(). Between commits.
    void beginRound() noexcept
    {
        std::swap(_dropped, _leaving);
        _committed = 0;
    }
    void endRound() noexcept
    {
        for (T* const node : _leaving)
            push(node);
        empty(_leaving);
        if (_used == 0)
            giveBack();
    }

    /// Dropped nodes that cannot be used yet.
    std::size_t garbage() const noexcept { return _dropped.size() + _leaving.size(); }

private:
    struct Block
    {
        void* begin;
        std::size_t bytes;
        std::size_t alignment;
    };
    struct FreeSlot
    {
        FreeSlot* next;
    };
    static_assert(sizeof(FreeSlot) <= sizeof(T));
    static constexpr std::size_t hugePage = std::size_t{2} << 20;
    static constexpr std::size_t kept = 4096;

    /// Makes sure that there is a slot: a quarter more each time, in whole huge pages as soon as it is much.
    void provide()
    {
        if (_free != nullptr || _unused != _end)
            return;
        constexpr std::size_t least = std::max<std::size_t>(4 * sizeof(T), 1024);
        Block block{nullptr, std::clamp(_bytes / 4 / sizeof(T) * sizeof(T), least, hugePage), alignof(T)};
        if (block.bytes == hugePage)
            block.alignment = hugePage;
        _blocks.push_back(block);
        try {
            _blocks.back().begin = _memory.allocate(block.bytes, block.alignment);
        } catch (...) {
            _blocks.pop_back();
            throw;
        }
        _bytes += block.bytes;
        _unused = static_cast<std::byte*>(_blocks.back().begin);
        _end = _unused + block.bytes / sizeof(T) * sizeof(T);
    }

    /// All nodes are of this pool, which alone lets others see them as constant.
    static T* writable(const T& node) noexcept { return const_cast<T*>(&node); }

    static T& fresh(void* slot, const T& value) noexcept
    {
        T* const node = ::new (slot) T(value);
        node->isFresh = true;
        return *node;
    }

    void* pop() noexcept
    {
        ++_used;
        if (_free == nullptr)
            return std::exchange(_unused, _unused + sizeof(T));
        return std::exchange(_free, _free->next);
    }

    void push(T* node) noexcept
    {
        --_used;
        _free = ::new (static_cast<void*>(node)) FreeSlot{_free};
    }

    void giveBack() noexcept
    {
        for (const Block& block : _blocks)
            _memory.deallocate(block.begin, block.bytes, block.alignment);
        _blocks.clear();
        _bytes = 0;
        _unused = _end = nullptr;
        _free = nullptr;
    }

    /// A large batch does not hold memory for ever.
    static void empty(std::pmr::vector<T*>& list) noexcept
    {
        list.clear();
        if (list.capacity() > kept)
            list.shrink_to_fit();
    }

    std::pmr::memory_resource& _memory;
    std::pmr::vector<Block> _blocks;
    std::size_t _bytes = 0;
    std::byte* _unused = nullptr;
    std::byte* _end = nullptr;
    FreeSlot* _free = nullptr;
    std::size_t _used = 0; ///< taken and not free again

    std::pmr::vector<T*> _made;    ///< taken since the last commit
    std::pmr::vector<T*> _unmade;  ///< those of them that were dropped again
    std::pmr::vector<T*> _dropped; ///< public nodes that are not part of the next version
    std::size_t _committed = 0;    ///< how many of them were committed
    std::pmr::vector<T*> _leaving; ///< dropped before the round began
};

} // namespace waymark::registry::index

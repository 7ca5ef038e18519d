#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace waymark::registry::index
{

/// Tells one writer when all readers are gone that may still see what it replaced. Readers enter and leave
/// without ever waiting or allocating, whatever the writer does.
///
/// Readers count themselves in one of two phases, each an array of counters in cache lines of their own, by
/// thread. A reader enters before it loads the pointer to what it reads, and the writer replaces that pointer
/// before a round begins: so whoever saw the old value is in a counter, and a counter that was zero once
/// since has none of them. While readers come without a pause the phase that new ones enter alternates, so
/// that the other one drains. All operations are sequentially consistent: entering then loading against
/// storing then counting is the case that weaker orders do not cover.
class ReaderGate
{
    static constexpr std::size_t lanes = 16;
    using Lane = std::atomic<std::uint32_t>;

public:
    /// A reader, inside as long as this lives. Any thread.
    class Pass
    {
    public:
        explicit Pass(const ReaderGate& gate) noexcept : _lane(gate.laneToEnter()) { _lane.fetch_add(1); }
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;
        ~Pass() { _lane.fetch_sub(1); }

    private:
        Lane& _lane;
    };

    /// From now on isOver() is about those who are inside now. The writer alone.
    void beginRound() noexcept { _awaited.fill(everyLane); }
    /// Whether they all left. Returns at once; the writer alone.
    bool isOver() noexcept;

private:
    struct alignas(64) PaddedLane
    {
        mutable Lane inside{0};
    };
    static constexpr std::uint32_t everyLane = (1U << lanes) - 1;

    static std::size_t ownLane() noexcept;
    Lane& laneToEnter() const noexcept { return _lanes[_phase.load()][ownLane()].inside; }

    std::array<std::uint32_t, 2> _awaited{}; ///< lanes of each phase not yet seen empty in this round
    std::array<std::array<PaddedLane, lanes>, 2> _lanes;
    alignas(64) std::atomic<std::size_t> _phase{0}; ///< read by all: nothing that changes often is beside it
};

} // namespace waymark::registry::index

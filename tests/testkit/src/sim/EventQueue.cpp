#include <waymark/testkit/sim/EventQueue.h>

#include <algorithm>

namespace waymark::testkit::sim
{

namespace
{

constexpr std::size_t children = 4;

} // namespace

void EventQueue::schedule(Duration at, EventHandler& handler, std::uint64_t token)
{
    _heap.push_back({std::max(at, now()), _scheduled++, &handler, token});
    siftUp(_heap.size() - 1);
}

void EventQueue::forget(const EventHandler& handler)
{
    if (std::erase_if(_heap, [&](const Event& event) { return event.handler == &handler; }) == 0)
        return;
    // What is sorted is a heap as well.
    std::sort(_heap.begin(), _heap.end());
}

bool EventQueue::step(Duration until)
{
    if (_heap.empty() || _heap.front().at > until) {
        _now = std::max(now(), until);
        return false;
    }
    const Event next = _heap.front();
    _heap.front() = _heap.back();
    _heap.pop_back();
    if (!_heap.empty())
        siftDown(0);
    _now = next.at;
    ++_happened;
    next.handler->fire(next.token);
    return true;
}

void EventQueue::siftUp(std::size_t position) noexcept
{
    const Event moving = _heap[position];
    while (position > 0) {
        const std::size_t parent = (position - 1) / children;
        if (!(moving < _heap[parent]))
            break;
        _heap[position] = _heap[parent];
        position = parent;
    }
    _heap[position] = moving;
}

void EventQueue::siftDown(std::size_t position) noexcept
{
    const Event moving = _heap[position];
    for (;;) {
        const std::size_t first = children * position + 1;
        if (first >= _heap.size())
            break;
        const std::size_t end = std::min(first + children, _heap.size());
        std::size_t least = first;
        for (std::size_t child = first + 1; child < end; ++child)
            if (_heap[child] < _heap[least])
                least = child;
        if (!(_heap[least] < moving))
            break;
        _heap[position] = _heap[least];
        position = least;
    }
    _heap[position] = moving;
}

} // namespace waymark::testkit::sim

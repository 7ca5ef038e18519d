#include "registry/index/ReaderGate.h"

#include <waymark/base/ThreadNumber.h>

namespace waymark::registry::index
{

std::size_t ReaderGate::ownLane() noexcept
{
    return threadNumber() % lanes;
}

bool ReaderGate::isOver() noexcept
{
    for (std::size_t phase = 0; phase < _lanes.size(); ++phase)
        for (std::size_t lane = 0; lane < lanes; ++lane)
            if ((_awaited[phase] >> lane & 1U) != 0 && _lanes[phase][lane].inside.load() == 0)
                _awaited[phase] &= ~(1U << lane);
    const std::size_t entered = _phase.load();
    if (_awaited[entered] == 0 && _awaited[1 - entered] == 0)
        return true;
    if (_awaited[1 - entered] == 0)
        _phase.store(1 - entered);
    return false;
}

} // namespace waymark::registry::index

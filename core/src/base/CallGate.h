#pragma once

#include <mutex>
#include <utility>

namespace waymark
{

/// Lets calls through until it is shut. shut() waits for a call that is running on another thread, and may be
/// called from within the call itself: what a Subscription promises.
class CallGate
{
public:
    /// Runs `function` unless the gate is shut; false when it is.
    template <class Function>
    bool pass(Function&& function)
    {
        const std::lock_guard lock(_mutex);
        if (!_open)
            return false;
        std::forward<Function>(function)();
        return true;
    }

    void shut()
    {
        const std::lock_guard lock(_mutex);
        _open = false;
    }

private:
    std::recursive_mutex _mutex; ///< held while a call runs
    bool _open = true;
};

} // namespace waymark

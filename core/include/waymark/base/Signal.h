#pragma once

#include <waymark/base/Subscription.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace waymark
{

/// Tells facts of type T to whoever subscribed.
///
/// emit() runs every subscriber on the emitter's thread, in order of subscription, so subscribers must be
/// brief, must not throw and must not block; whoever needs longer copies the fact into a queue of its own.
/// All functions may be called from any thread. A subscriber may subscribe or end its own subscription
/// from within its callback. Ending a subscription elsewhere waits for a callback that is running, so do
/// not end one while holding a lock that the callback takes.
template <class T>
class Signal
{
public:
    using Callback = std::function<void(const T&)>;

    Signal() : _state(std::make_shared<State>()) {}
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;

    Subscription subscribe(Callback callback)
    {
        auto slot = std::make_shared<Slot>(std::move(callback));
        {
            const std::lock_guard lock(_state->mutex);
            _state->slots.push_back(slot);
        }
        return Subscription([state = std::weak_ptr<State>(_state), slot] {
            {
                const std::lock_guard running(slot->mutex);
                slot->active = false;
            }
            if (const auto owner = state.lock()) {
                const std::lock_guard lock(owner->mutex);
                std::erase(owner->slots, slot);
            }
        });
    }

    void emit(const T& fact) const
    {
        std::vector<std::shared_ptr<Slot>> slots;
        {
            const std::lock_guard lock(_state->mutex);
            slots = _state->slots;
        }
        for (const auto& slot : slots) {
            const std::lock_guard running(slot->mutex);
            if (slot->active)
                slot->callback(fact);
        }
    }

private:
    struct Slot
    {
        explicit Slot(Callback function) : callback(std::move(function)) {}
        std::recursive_mutex mutex; ///< held while the callback runs
        bool active = true;
        Callback callback;
    };
    struct State
    {
        std::mutex mutex;
        std::vector<std::shared_ptr<Slot>> slots;
    };

    std::shared_ptr<State> _state;
};

} // namespace waymark

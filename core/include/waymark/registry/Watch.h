#pragma once

#include <waymark/registry/Change.h>

#include <cstddef>
#include <functional>
#include <vector>

namespace waymark::registry
{

struct WatchOptions
{
    std::size_t queueLimit = 1024; ///< new events kept for a slow watcher before it must resync
    /// Called when something new is there to take, not for the history that a watch starts with; any thread,
    /// brief. It does not run any more once the watch is destroyed.
    std::function<void()> wake;
};

/// One follower of a registry. It ends when it is destroyed; one thread at a time uses it.
class Watch
{
public:
    struct Batch
    {
        std::vector<PeerEvent> events; ///< in order of revision, none missing
        bool resync = false;           ///< events were lost: list again and start a new watch
    };

    virtual ~Watch() = default;

    /// Takes at most `limit` events without waiting; an empty batch when nothing is there.
    virtual Batch take(std::size_t limit) = 0;
};

} // namespace waymark::registry

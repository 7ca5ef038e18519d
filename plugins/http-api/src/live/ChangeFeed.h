#pragma once

#include <waymark/base/Result.h>
#include <waymark/base/Subscription.h>
#include <waymark/base/Timers.h>
#include <waymark/base/Worker.h>
#include <waymark/http/ApiResponse.h>
#include <waymark/registry/PeerRegistry.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace waymark::httpapi
{

/// Brings the changes of a registry to all clients that wait for them, on one thread of its own. Any thread.
class ChangeFeed
{
public:
    using Show = std::function<http::ApiResponse()>;

    /// Place for one more client that waits long for its answer, until this is released; nothing when there
    /// is none.
    using Room = std::function<std::shared_ptr<void>()>;

    /// `room` is for blocking queries; who streams an answer has its own. Both objects outlive this.
    ChangeFeed(registry::PeerRegistry& registry, Timers& timers, Room room);
    ChangeFeed(const ChangeFeed&) = delete;
    ChangeFeed& operator=(const ChangeFeed&) = delete;
    ~ChangeFeed() { stop(); }

    /// Throws std::system_error.
    void start(const std::string& name);
    /// Ends every stream and lets every query go unanswered, which the server answers. Idempotent.
    void stop() noexcept;

    /// Server-Sent Events: every change after `from`, and then those to come. 410 when the history does not
    /// reach back that far or is another.
    http::ApiResponse stream(registry::Revision from);

    /// What `show` says as soon as there is a change after `since`, or when `wait` is over. 410 as above. It
    /// runs on a thread that serves requests.
    http::ApiResponse answerAfter(registry::Revision since, Duration wait, Show show);

    /// Who is told of changes now.
    std::size_t followers() const;

private:
    using FollowerId = std::uint64_t;
    class Client;
    class Follower;
    class Streaming;
    class Waiting;
    struct Ready;

    Result<std::unique_ptr<registry::Watch>> watch(FollowerId id, registry::Revision from);
    void add(FollowerId id, std::unique_ptr<Follower> follower);
    std::optional<FollowerId> followerAfter(FollowerId id) const;
    void run(const std::stop_token& stop, Worker& worker);
    void serveAll(bool beats) noexcept;
    void serve(FollowerId id, bool beats) noexcept;

    registry::PeerRegistry& _registry;
    Timers& _timers;
    const Room _room;
    const std::shared_ptr<Ready> _ready;
    std::atomic<FollowerId> _lastId{0};
    mutable std::mutex _mutex; ///< of the followers; never held while one of them ends
    std::map<FollowerId, std::shared_ptr<Follower>> _followers;
    bool _stopped = false;
    Subscription _heartbeat;
    Worker _worker;
};

} // namespace waymark::httpapi

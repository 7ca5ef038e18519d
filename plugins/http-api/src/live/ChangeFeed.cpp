#include "live/ChangeFeed.h"

#include "live/EventText.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <set>
#include <stop_token>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

namespace
{

using namespace std::chrono_literals;

constexpr std::size_t bytesAtATime = 32768; // then the other followers have their turn
constexpr std::size_t queuedEvents = 1024;  // of a follower that is too slow, before it must list again
constexpr Duration heartbeat = 15s;         // below the patience of the usual proxies
constexpr auto longestSleep = 1s;           // the worker beats at least so often
constexpr const char* goneMessage =
    "this revision is of another history, or too old: list the peers again, and go on from the revision "
    "that the list tells";

} // namespace

/// Followers that may have something to do. Shared with whoever tells: watches, streams and timers may
/// outlive the feed.
struct ChangeFeed::Ready
{
    void push(FollowerId id) noexcept
    {
        {
            const std::lock_guard lock(mutex);
            try {
                ids.insert(id);
            } catch (const std::exception&) {
                all = true; // without memory: everybody looks
            }
        }
        changed.notify_one();
    }
    void pushAll() noexcept
    {
        {
            const std::lock_guard lock(mutex);
            all = true;
            beat = true;
        }
        changed.notify_one();
    }

    std::mutex mutex;
    std::condition_variable_any changed;
    std::set<FollowerId> ids;
    bool all = false;
    bool beat = false;
};

/// Somebody who is told of changes. Used by the feed's thread only.
class ChangeFeed::Follower
{
public:
    enum class Next
    {
        rest, ///< until there is something new
        more, ///< again soon
        over
    };

    Follower() = default;
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;
    virtual ~Follower() = default;

    virtual Next serve() = 0;
    /// Nothing has happened for a while.
    virtual void beat() {}
    virtual void end() {}
};

class ChangeFeed::Streaming final : public Follower
{
public:
    Streaming(std::unique_ptr<registry::Watch> watch, registry::Revision from,
              std::shared_ptr<http::StreamSink> sink)
        : _watch(std::move(watch)), _last(from), _sink(std::move(sink))
    {
        appendBeginning(_text, from);
    }

    /// Takes the next events only when the client has taken the ones before: those that wait are the
    /// watch's, whose queue is bounded.
    Next serve() override
    {
        if (!_sink->open())
            return Next::over;
        if (!_sink->drained())
            return Next::rest;
        const bool complete = gather();
        const bool more = _text.size() >= bytesAtATime;
        if (!_text.empty() && !_sink->write(std::exchange(_text, {})))
            return Next::over;
        if (!complete) {
            _sink->end();
            return Next::over;
        }
        return more ? Next::more : Next::rest;
    }

    void beat() override
    {
        if (_sink->drained())
            _sink->write(heartbeatText);
    }

    void end() override { _sink->end(); }

private:
    /// False when events were lost.
    bool gather()
    {
        while (_text.size() < bytesAtATime) {
            const auto batch = _watch->take(1);
            for (const registry::PeerEvent& event : batch.events) {
                appendEvent(_text, event);
                _last = event.revision;
            }
            if (batch.resync)
                appendResync(_text, _last);
            if (batch.resync || batch.events.empty())
                return !batch.resync;
        }
        return true;
    }

    std::unique_ptr<registry::Watch> _watch;
    registry::Revision _last;
    std::shared_ptr<http::StreamSink> _sink;
    std::string _text;
};

/// Somebody waits for the answer to a query: the feed looks at it again when this ends.
class ChangeFeed::Client
{
public:
    Client(std::shared_ptr<Ready> ready, FollowerId id, std::shared_ptr<void> room)
        : _ready(std::move(ready)), _id(id), _room(std::move(room))
    {
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { _ready->push(_id); }

private:
    std::shared_ptr<Ready> _ready;
    FollowerId _id;
    std::shared_ptr<void> _room;
};

class ChangeFeed::Waiting final : public Follower
{
public:
    struct Query
    {
        std::weak_ptr<const Client> client;
        http::Responder responder;
        Show show;
        std::shared_ptr<const std::atomic<bool>> expired;
        Subscription timer;
    };

    Waiting(std::unique_ptr<registry::Watch> watch, Query query)
        : _watch(std::move(watch)), _query(std::move(query))
    {
    }

    Next serve() override
    {
        if (_query.client.expired())
            return Next::over;
        const auto batch = _watch->take(1);
        if (batch.events.empty() && !batch.resync && !*_query.expired)
            return Next::rest;
        _query.responder(http::ApiResponse::later(
            [show = std::move(_query.show)](const auto& responder) { responder(show()); }));
        return Next::over;
    }

private:
    std::unique_ptr<registry::Watch> _watch;
    Query _query;
};

ChangeFeed::ChangeFeed(registry::PeerRegistry& registry, Timers& timers, Room room)
    : _registry(registry), _timers(timers), _room(std::move(room)), _ready(std::make_shared<Ready>())
{
}

void ChangeFeed::start(const std::string& name)
{
    {
        const std::lock_guard lock(_mutex);
        _stopped = false;
    }
    _worker.start(name, [this](const std::stop_token& stop, Worker& worker) { run(stop, worker); });
    _heartbeat = _timers.every(heartbeat, [ready = _ready] { ready->pushAll(); });
}

void ChangeFeed::stop() noexcept
{
    _heartbeat.reset();
    _worker.stop();
    decltype(_followers) followers;
    {
        const std::lock_guard lock(_mutex);
        _stopped = true;
        followers.swap(_followers);
    }
    for (const auto& [id, follower] : followers)
        follower->end();
}

std::size_t ChangeFeed::followers() const
{
    const std::lock_guard lock(_mutex);
    return _followers.size();
}

Result<std::unique_ptr<registry::Watch>> ChangeFeed::watch(FollowerId id, registry::Revision from)
{
    registry::WatchOptions options;
    options.queueLimit = queuedEvents;
    options.wake = [ready = _ready, id] {
        ready->push(id);
    };
    return _registry.watch(from, std::move(options));
}

http::ApiResponse ChangeFeed::stream(registry::Revision from)
{
    const FollowerId id = ++_lastId;
    auto watch = this->watch(id, from);
    if (!watch)
        return http::ApiResponse::error(410, goneMessage);
    auto held = std::make_shared<std::unique_ptr<registry::Watch>>(std::move(*watch));
    auto response = http::ApiResponse::stream(
        200, "text/event-stream", [this, id, from, held](const std::shared_ptr<http::StreamSink>& sink) {
            sink->onDrained([ready = _ready, id] { ready->push(id); });
            add(id, std::make_unique<Streaming>(std::move(*held), from, sink));
        });
    response.header("Cache-Control", "no-store").header("X-Accel-Buffering", "no");
    return response;
}

http::ApiResponse ChangeFeed::answerAfter(registry::Revision since, Duration wait, Show show)
{
    const FollowerId id = ++_lastId;
    auto watch = this->watch(id, since);
    if (!watch)
        return http::ApiResponse::error(410, goneMessage);
    auto room = _room();
    if (!room)
        return http::ApiResponse::error(503, "too many clients wait for changes; try again later")
            .header("Retry-After", "1");
    const auto client = std::make_shared<Client>(_ready, id, std::move(room));
    auto held = std::make_shared<std::unique_ptr<registry::Watch>>(std::move(*watch));
    auto start = [this, id, wait, held, show = std::move(show),
                  client = std::weak_ptr<const Client>(client)](const http::Responder& responder) {
        const auto expired = std::make_shared<std::atomic<bool>>(false);
        auto timer = _timers.after(wait, [ready = _ready, expired, id] {
            *expired = true;
            ready->push(id);
        });
        add(id, std::make_unique<Waiting>(
                    std::move(*held), Waiting::Query{client, responder, show, expired, std::move(timer)}));
    };
    return http::ApiResponse::later(std::move(start), {wait, client});
}

void ChangeFeed::add(FollowerId id, std::unique_ptr<Follower> follower)
{
    {
        const std::lock_guard lock(_mutex);
        if (!_stopped) {
            _followers.emplace(id, std::move(follower));
            follower = nullptr;
        }
    }
    if (follower)
        follower->end();
    else
        _ready->push(id); // for the history, which wakes nobody
}

void ChangeFeed::run(const std::stop_token& stop, Worker& worker)
{
    while (!stop.stop_requested()) {
        worker.beat();
        std::set<FollowerId> ids;
        bool all = false;
        bool beats = false;
        {
            std::unique_lock lock(_ready->mutex);
            _ready->changed.wait_for(lock, stop, longestSleep,
                                     [this] { return _ready->all || !_ready->ids.empty(); });
            ids.swap(_ready->ids);
            all = std::exchange(_ready->all, false);
            beats = std::exchange(_ready->beat, false);
        }
        if (all)
            serveAll(beats);
        else
            for (const FollowerId id : ids)
                serve(id, beats);
    }
}

/// Without a list of them, for which memory may be missing.
void ChangeFeed::serveAll(bool beats) noexcept
{
    for (std::optional<FollowerId> id = followerAfter(0); id; id = followerAfter(*id))
        serve(*id, beats);
}

std::optional<ChangeFeed::FollowerId> ChangeFeed::followerAfter(FollowerId id) const
{
    const std::lock_guard lock(_mutex);
    const auto next = _followers.upper_bound(id);
    return next == _followers.end() ? std::nullopt : std::optional(next->first);
}

void ChangeFeed::serve(FollowerId id, bool beats) noexcept
{
    std::shared_ptr<Follower> follower;
    {
        const std::lock_guard lock(_mutex);
        const auto found = _followers.find(id);
        if (found == _followers.end())
            return;
        follower = found->second;
    }
    auto next = Follower::Next::over;
    try {
        next = follower->serve();
        if (beats && next == Follower::Next::rest)
            follower->beat();
    } catch (const std::exception&) { // without memory: its client comes back, or lists again
        next = Follower::Next::over;
        follower->end();
    }
    if (next == Follower::Next::more)
        _ready->push(id);
    if (next != Follower::Next::over)
        return;
    const std::lock_guard lock(_mutex);
    _followers.erase(id);
}

} // namespace waymark::httpapi

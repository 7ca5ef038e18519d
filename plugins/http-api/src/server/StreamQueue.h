#pragma once

#include "server/HeldBytes.h"
#include "server/Mailbox.h"

#include <waymark/http/ApiResponse.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// Carries a streamed answer from its writers to its connection; bounded, so that a slow client costs its
/// stream and not the memory. Writers on any thread.
class StreamQueue final : public http::StreamSink
{
public:
    struct Shared
    {
        std::weak_ptr<Mailbox> front;
        std::shared_ptr<HeldBytes> held; ///< of all connections
    };

    /// Holds up to `limit` bytes.
    StreamQueue(Shared shared, ConnectionId connection, std::size_t limit);
    StreamQueue(const StreamQueue&) = delete;
    StreamQueue& operator=(const StreamQueue&) = delete;
    ~StreamQueue() override;

    bool write(std::string_view chunk) override;
    void end() override;
    bool open() const noexcept override;

    enum class State
    {
        open,
        ended,   ///< the writer is done; what take() gave is the last
        overflow ///< the client is too slow
    };
    /// Everything that was written since.
    State take(std::string& out) noexcept;
    /// True when the client is too slow, also before take() says so.
    bool overflowed() const noexcept;
    /// Tells the writers that nobody reads any more; what they wrote before can still be taken.
    void close() noexcept;
    /// As close(), and lets go of what was not taken: the writers may stay for long.
    void abandon() noexcept;

private:
    void tell(bool news) noexcept;

    const Shared _shared;
    const ConnectionId _connection;
    const std::size_t _limit;
    mutable std::mutex _mutex;
    std::string _waiting;
    bool _told = false; ///< the front knows that there is something to take
    State _state = State::open;
};

} // namespace waymark::httpapi

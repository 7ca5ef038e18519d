#pragma once

#include <waymark/http/ApiResponse.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// Carries a streamed answer from its writers to the connection's thread; bounded, so that a slow client
/// costs its stream and not the memory.
class StreamQueue final : public http::StreamSink
{
public:
    explicit StreamQueue(std::size_t limit) : _limit(limit) {}

    bool write(std::string_view chunk) override;
    void end() override;
    bool open() const noexcept override;

    enum class State
    {
        open,
        ended,   ///< the writer is done; what take() gave is the last
        overflow ///< the client is too slow
    };
    /// Everything that was written since, after waiting for it at most so long.
    State take(std::string& out, std::chrono::milliseconds wait);
    /// Tells the writers that nobody reads any more.
    void close() noexcept;

private:
    mutable std::mutex _mutex;
    std::condition_variable _changed;
    std::size_t _limit;
    std::string _waiting;
    State _state = State::open;
};

} // namespace waymark::httpapi

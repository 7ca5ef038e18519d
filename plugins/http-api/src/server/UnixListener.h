#pragma once

#include "server/Channel.h"

#include <filesystem>
#include <memory>
#include <sys/types.h>

namespace waymark::httpapi
{

/// The listening end of a Unix socket, which only its owner and group may connect to.
class UnixListener
{
public:
    /// Binds and listens; a socket that a daemon left behind is replaced. Throws plugin::StartError:
    /// unavailable when somebody listens there, configuration when something else than a socket is there or
    /// it cannot be made.
    explicit UnixListener(const std::filesystem::path& path);
    UnixListener(const UnixListener&) = delete;
    UnixListener& operator=(const UnixListener&) = delete;
    /// Takes the file away, unless it is another one's by now.
    ~UnixListener();

    int descriptor() const noexcept { return _descriptor; }

    /// The channel of a connection that was accepted there; nullptr without memory.
    static std::unique_ptr<Channel> open(int descriptor) noexcept;

private:
    void bind();
    void fail(int error) const;

    std::filesystem::path _path;
    int _descriptor = -1;
    dev_t _device = 0;
    ino_t _inode = 0;
};

} // namespace waymark::httpapi

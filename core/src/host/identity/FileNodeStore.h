#pragma once

#include <waymark/base/FileSystem.h>
#include <waymark/node/NodeStore.h>

#include <filesystem>
#include <mutex>

namespace waymark::host
{

/// The node store of a host: a text file in the state directory, replaced atomically.
///
///     waymark-nodes 1 <count>
///     <key> <ip> <udp> <tcp> <milliseconds since 1970 of the last pong>
///     ...
///     crc32 <of everything above, 8 hex digits>
///
/// At most `maximumNodes` are kept, those heard from last.
class FileNodeStore final : public node::NodeStore
{
public:
    static constexpr std::size_t maximumNodes = 10'000;

    /// An empty `file` keeps nothing.
    explicit FileNodeStore(std::filesystem::path file, FileSystem& files = systemFiles())
        : _files(files), _file(std::move(file))
    {
    }

    Result<void> save(const std::vector<node::StoredNode>& nodes) override;
    Result<std::vector<node::StoredNode>> load() const override;

private:
    FileSystem& _files;
    std::filesystem::path _file;
    mutable std::mutex _mutex;
};

} // namespace waymark::host

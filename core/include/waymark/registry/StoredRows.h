#pragma once

#include <waymark/registry/RegistryPlan.h>

#include <cstddef>
#include <memory>
#include <optional>

namespace waymark::registry
{

/// All that a registry stored at one moment: claims in order of peer, then tombstones in order of removal. It
/// is a packed copy of a hundred bytes a peer, which has nothing to do with the registry any more; rows are
/// made one by one when they are asked for. Moved, not copied; one thread at a time.
class StoredRows
{
public:
    struct Content;

    explicit StoredRows(std::unique_ptr<Content> content);
    StoredRows(StoredRows&& other) noexcept;
    StoredRows& operator=(StoredRows&& other) noexcept;
    ~StoredRows();

    Revision revision() const noexcept;
    /// How many rows there are, taken ones included.
    std::size_t size() const noexcept;
    /// The next row; nothing behind the last.
    std::optional<StoredRow> next();

private:
    std::unique_ptr<Content> _content;
};

} // namespace waymark::registry

#pragma once

#include "documents/Snapshot.h"

#include <waymark/base/Clock.h>
#include <waymark/http/ApiResponse.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace waymark::httpapi
{

/// One document as it was made last, so that many clients cost one look at the registry. Any thread.
class DocumentCache
{
public:
    /// A document, or why there is none.
    using Make = std::function<http::ApiResponse(const Snapshot& snapshot)>;

    /// Both objects outlive this.
    DocumentCache(const node::LocalNode& node, const registry::PeerRegistry& registry, const Clock& clock,
                  Make make);

    /// The document: made anew when the registry or the node has changed, and after a second, because leases
    /// end before the registry counts it as a change. One that takes more than 50 ms to make is kept for ten
    /// times as long as it took, so that clients cannot keep the daemon busy with it, and shown while
    /// somebody makes the next.
    http::ApiResponse get();

private:
    struct Kept;
    bool isFresh(const Kept& kept) const;
    std::shared_ptr<const Kept> current() const;
    std::shared_ptr<const Kept> makeAnew();

    const node::LocalNode& _node;
    const registry::PeerRegistry& _registry;
    const Clock& _clock;
    const Make _make;
    std::mutex _making;        ///< one at a time
    mutable std::mutex _mutex; ///< of the pointer
    std::shared_ptr<const Kept> _kept;
};

} // namespace waymark::httpapi

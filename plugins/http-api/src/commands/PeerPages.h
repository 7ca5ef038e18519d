#pragma once

#include "commands/ShownPeer.h"
#include "commands/TokenClient.h"

#include <waymark/node/PeerId.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

/// All registered peers of a daemon, a page at a time, in order of id.
class PeerPages
{
public:
    /// Those that have all of these labels. `client` outlives it.
    explicit PeerPages(const TokenClient& client,
                       const std::vector<std::pair<std::string, std::string>>& labels = {});

    /// Whether there may be another page.
    bool more() const noexcept { return _more; }
    /// Errors as those of the client; corrupt for what is no page, tooLarge for more than a gigabyte of them.
    /// Where the daemon has refused, refusal() has its answer.
    Result<std::vector<ShownPeer>> next();
    const std::optional<ApiAnswer>& refusal() const noexcept { return _refusal; }

    /// The registry's revision as of the first page: whoever follows from there misses nothing.
    const std::string& revision() const noexcept { return _revision; }

private:
    Result<void> turnTo(const std::string& link);

    const TokenClient& _client;
    std::string _query;
    std::optional<node::PeerId> _cursor;
    std::string _revision;
    std::optional<ApiAnswer> _refusal;
    std::size_t _bytes = 0;
    bool _more = true;
};

} // namespace waymark::httpapi

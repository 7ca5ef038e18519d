#pragma once

#include <waymark/registry/Change.h>
#include <waymark/registry/RegistryPlan.h>

#include <memory>
#include <string>
#include <vector>

namespace waymark::registry
{

/// The claims on one peer, highest origin first. A value: what a ClaimTable keeps packed.
class ClaimSet
{
public:
    ClaimSet() = default;
    /// Rows in this order.
    explicit ClaimSet(std::vector<ClaimRow> rows) : _rows(std::move(rows)) {}

    const ClaimRow* find(const std::string& origin) const noexcept;
    void put(ClaimRow row);
    /// Of a claim that is there.
    void renew(const std::string& origin, const Lease& lease);
    void erase(const std::string& origin);

    bool empty() const noexcept { return _rows.empty(); }
    /// The highest claim whose lease is not over; null when there is none.
    const ClaimRow* shownAt(MonotonicTime now) const noexcept;
    /// The peer as it was shown last, before anybody looked at the time; null when it was not.
    std::shared_ptr<const Peer> shown() const noexcept;
    /// Whether a claim's lease is over.
    bool isOver(MonotonicTime now) const noexcept;
    const std::vector<ClaimRow>& rows() const noexcept { return _rows; }

private:
    std::vector<ClaimRow> _rows;
};

/// The expiry of a lease of which nothing was left when it was loaded: its claim was never shown.
inline constexpr MonotonicTime overWhenLoaded = MonotonicTime::min();

} // namespace waymark::registry

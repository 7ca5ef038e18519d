#pragma once

#include <waymark/base/Clock.h>
#include <waymark/registry/StoreFormat.h>
#include <waymark/toolkit/Cell.h>

#include <cstdint>
#include <map>
#include <string>

namespace waymark::toolkit::stores
{

/// Counts what a store holds. Of labels it keeps so many names, and so many values of each, that a million
/// peers with names of their own do not fill the memory.
class Statistics final : public registry::StoreSink
{
public:
    using Counts = std::map<std::string, std::uint64_t>;

    /// Leases are over by this time, or not.
    explicit Statistics(WallTime now) : _now(now) {}

    Result<void> begin(const registry::StoreHead& head) override;
    Result<void> take(std::vector<registry::StoredRow> rows) override;
    Result<void> end() override { return {}; }

    std::uint64_t withEnr() const noexcept { return _withEnr; }
    Cell origins() const { return cellOf(_origins); }
    Cell schemes() const { return cellOf(_schemes); }
    Cell leases() const { return cellOf(_leases); }
    /// Each name with the number of claims that have it; and where it has few values, with those.
    Cell labels() const;

private:
    static constexpr std::size_t mostNames = 256;
    static constexpr std::size_t mostValues = 16;

    struct Label
    {
        std::uint64_t claims = 0;
        Counts values;
        bool hasMany = false;
    };
    static Cell cellOf(const Counts& counts);
    void count(const registry::ClaimRow& row);
    void count(const std::string& label, const std::string& value);

    const WallTime _now;
    std::uint64_t _withEnr = 0;
    Counts _origins;
    Counts _schemes;
    Counts _leases{{"forever", 0}, {"over", 0}, {"running", 0}};
    std::map<std::string, Label> _labels;
};

} // namespace waymark::toolkit::stores

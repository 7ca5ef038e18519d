#include "Ledger.h"

#include <waymark/testkit/TestKeys.h>

namespace waymark::soak
{

Ledger openLedger(std::uint64_t firstKey, std::size_t count)
{
    Ledger ledger;
    for (std::size_t i = 0; i < count; ++i)
        ledger.push_back({testkit::testKey(firstKey + i).publicKey(), {}, {}, {}, {}, {}});
    return ledger;
}

} // namespace waymark::soak

#include "Fuzzing.h"

#include <cstddef>
#include <cstdint>

/// What libFuzzer's main() calls for each input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    waymark::fuzz::run({bytes, size});
    return 0;
}

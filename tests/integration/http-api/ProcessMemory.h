#pragma once

#include <waymark/base/Bytes.h>

#include <cstddef>
#include <string>
#include <sys/types.h>
#include <vector>

namespace waymark::httpapi
{

/// Looks for byte strings in everything that another process can write to: heap, stacks, data.
class ProcessMemory
{
public:
    /// Throws std::runtime_error when the memory cannot be read.
    explicit ProcessMemory(pid_t process);

    /// Where a needle of at least 8 bytes was found, as "mapping+offset"; empty: nowhere.
    std::string find(ByteView needle) const;
    /// As above, for text in either case.
    std::string findText(std::string_view needle) const;
    std::size_t size() const noexcept;

private:
    struct Mapping
    {
        std::string name;
        std::string bytes;
        std::string lowered;
    };
    std::vector<Mapping> _mappings;
};

} // namespace waymark::httpapi

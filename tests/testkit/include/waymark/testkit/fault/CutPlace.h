#pragma once

#include <waymark/testkit/fault/Operation.h>

#include <string>

namespace waymark::testkit::fault
{

/// During what the power is cut, or what fails.
struct CutPlace
{
    Operation operation;
    std::string file; ///< its name without folders

    friend auto operator<=>(const CutPlace&, const CutPlace&) = default;
};

} // namespace waymark::testkit::fault

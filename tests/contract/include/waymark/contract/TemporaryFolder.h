#pragma once

#include <waymark/testkit/TemporaryFolder.h>

namespace waymark::contract
{

using testkit::TemporaryFolder;

} // namespace waymark::contract

#pragma once

#include <string>

namespace waymark::app
{

/// Says on standard error what is wrong: a line that breaks between words on a terminal, and is one
/// elsewhere.
void complain(const std::string& message);

} // namespace waymark::app

#include "Complaint.h"

#include "base/Columns.h"

#include <iostream>
#include <unistd.h>

namespace waymark::app
{

void complain(const std::string& message)
{
    const bool isTerminal = ::isatty(STDERR_FILENO) == 1;
    std::cerr << text::complaint(message, isTerminal ? text::terminalWidth() : text::unlimited);
}

} // namespace waymark::app

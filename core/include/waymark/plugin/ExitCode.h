#pragma once

namespace waymark::plugin
{

/// Exit codes of the daemon and the command line (after sysexits.h).
enum class ExitCode : int
{
    ok = 0,
    failedCheck = 1,     ///< a command that checks something found what is wrong
    usage = 64,          ///< the arguments are wrong
    corruptData = 65,    ///< what was read is damaged, or is not what it should be
    unavailable = 69,    ///< an address is in use, or nobody answers
    internal = 70,       ///< a defect, or a stop that hung
    io = 74,             ///< reading or writing a file failed
    lockedDatabase = 75, ///< somebody else works on the same data
    keyFile = 77,        ///< a key file is unreadable or too open, or the daemon refuses who asks
    configuration = 78   ///< the configuration, or a plugin was refused
};

} // namespace waymark::plugin

#include "host/StateLock.h"

#include <waymark/base/AtomicFile.h>
#include <waymark/plugin/Plugin.h>

#include <string>
#include <utility>

namespace waymark::host
{

namespace
{

using plugin::ExitCode;
using plugin::StartError;

constexpr const char* remedy =
    "; make it and give it to the user that runs this, or name a folder that this user may write to";

LockFile take(const std::filesystem::path& folder)
{
    if (const auto made = makeFolders(folder); !made)
        throw StartError(ExitCode::keyFile, "the state directory " + made.error().message + remedy);
    const auto file = folder / StateLock::fileName;
    auto lock = LockFile::take(file);
    if (!lock && lock.error().code == ErrorCode::conflict)
        throw StartError(ExitCode::lockedDatabase,
                         "the state directory " + folder.string() + " is in use by another waymarkd" +
                             LockFile::holderOf(file) +
                             ", and with it its identity; stop that one, or give this one a directory of its "
                             "own");
    if (!lock)
        throw StartError(ExitCode::keyFile, "the state directory " + folder.string() +
                                                " cannot be used: " + lock.error().message +
                                                (lock.error().code == ErrorCode::corrupt ? "" : remedy));
    return std::move(*lock);
}

} // namespace

StateLock::StateLock(const std::filesystem::path& folder) : _lock(take(folder)) {}

} // namespace waymark::host

#include "repair/Repair.h"

#include "Database.h"
#include "SqliteStore.h"
#include "repair/Connection.h"

#include <waymark/plugin/Plugin.h>

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::registry::repair
{

namespace fs = std::filesystem;
using plugin::ExitCode;
using plugin::StartError;

namespace
{

/// What belongs to a database besides itself and holds a part of it.
constexpr std::array logs{"-wal", "-journal"};

[[noreturn]] void refuse(const fs::path& file, const std::string& what)
{
    throw StartError(ExitCode::configuration, file.string() + ' ' + what);
}

void require(bool done, const fs::path& file, const std::string& what)
{
    if (!done)
        refuse(file, what + ": " + std::generic_category().message(errno));
}

fs::path existing(const fs::path& file)
{
    std::error_code error;
    auto real = fs::canonical(file, error);
    if (error)
        refuse(file, "cannot be read: " + error.message());
    struct stat status = {};
    require(::stat(real.c_str(), &status) == 0, real, "cannot be read");
    if (!S_ISREG(status.st_mode))
        refuse(real, "is no regular file");
    if (status.st_nlink > 1)
        refuse(real, "has several names (hard links), and only one of them can be locked: remove the others");
    return real;
}

/// Whether there is such a file with something in it.
bool isLeft(const fs::path& file)
{
    std::error_code missing;
    const auto size = fs::file_size(file, missing);
    return !missing && size > 0;
}

/// A folder for copies, which goes when it is done.
class Workshop
{
public:
    explicit Workshop(const fs::path& file) : _folder(file.string() + ".repair")
    {
        fs::remove_all(_folder); // of a repair that was killed
        require(::mkdir(_folder.c_str(), S_IRWXU) == 0, _folder, "cannot be made");
    }
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;
    ~Workshop()
    {
        std::error_code ignored;
        fs::remove_all(_folder, ignored);
    }

    const fs::path& folder() const noexcept { return _folder; }

    /// A copy with its logs.
    fs::path copyOf(const fs::path& file, const std::string& name) const
    {
        const fs::path copy = _folder / name;
        fs::copy_file(file, copy);
        for (const char* const log : logs) {
            if (fs::exists(file.string() + log))
                fs::copy_file(file.string() + log, copy.string() + log);
        }
        return copy;
    }

private:
    const fs::path _folder;
};

/// What a start says of a copy, and counts what it loads.
std::optional<std::string> damageOf(const fs::path& copy, const fs::path& file, Salvaged& found)
{
    try {
        RegistryState state;
        SqliteStore store(copy, std::chrono::milliseconds(0));
        store.load(state, 1);
        found.tombstones = state.tombstones();
        found.claims = state.rows().size() - found.tombstones;
        return std::nullopt;
    } catch (const StartError& error) {
        std::string message = error.what();
        if (const auto at = message.find(copy.string()); at != std::string::npos)
            message.replace(at, copy.string().size(), file.string());
        if (error.code() != ExitCode::corruptData)
            throw StartError(error.code(), message);
        return message.substr(0, message.find(": restore"));
    }
}

/// Where a message is meant for a daemon, what it says to do is not for whoever repairs.
[[noreturn]] void reword(const StartError& error)
{
    using Advice = std::pair<const char*, const char*>;
    std::string message = error.what();
    for (const auto& [daemons, ours] :
         {Advice{": stop that one, or give this one", ": stop the daemon first"},
          {": name another file in registry-sqlite.file", ": name the file of the registry"},
          {": the registry needs a folder", ": repair as the daemon's user, or as root"}}) {
        if (const auto at = message.find(daemons); at != std::string::npos)
            message = message.substr(0, at) + ours;
    }
    throw StartError(error.code(), message);
}

/// The daemon's user must be able to open it, whoever repairs.
void giveTo(const fs::path& file, const fs::path& to)
{
    struct stat owner = {};
    struct stat now = {};
    require(::stat(file.c_str(), &owner) == 0 && ::stat(to.c_str(), &now) == 0, file, "cannot be read");
    if (owner.st_uid != now.st_uid || owner.st_gid != now.st_gid)
        require(::chown(to.c_str(), owner.st_uid, owner.st_gid) == 0, to,
                "cannot be given to the owner of the damaged file");
}

void sync(const fs::path& path)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool isSynced = descriptor >= 0 && ::fsync(descriptor) == 0;
    ::close(descriptor);
    require(isSynced, path, "cannot be synced");
}

/// Until the last step the file has two names, with which no daemon starts on what has lost its log
/// meanwhile.
fs::path exchange(const fs::path& file, const fs::path& fresh)
{
    if (isLeft(fresh.string() + "-wal"))
        refuse(fresh, "could not be completed: it needs more room");
    require(::chmod(fresh.c_str(), S_IRUSR | S_IWUSR) == 0, fresh, "cannot be used");
    giveTo(file, fresh);
    sync(fresh);
    const std::string time = Poco::DateTimeFormatter::format(Poco::Timestamp(), "%Y%m%dT%H%M%S%iZ");
    const fs::path kept = file.string() + ".damaged-" + time;
    require(::link(file.c_str(), kept.c_str()) == 0, kept, "cannot be made");
    for (const char* const log : logs) {
        const std::string name = file.string() + log;
        if (fs::exists(name))
            require(std::rename(name.c_str(), (kept.string() + log).c_str()) == 0, name, "cannot be renamed");
    }
    fs::remove(file.string() + "-shm");
    require(std::rename(fresh.c_str(), file.c_str()) == 0, file, "cannot be replaced");
    sync(file.parent_path());
    return kept;
}

Repaired repairAlone(const fs::path& file, bool isDryRun)
{
    Repaired result;
    result.wasEmpty = !isLeft(file) && !isLeft(file.string() + "-wal") && !isLeft(file.string() + "-journal");
    if (result.wasEmpty)
        return result;
    const Workshop workshop(file);
    const auto damage = damageOf(workshop.copyOf(file, "look.db"), file, result.saved);
    result.wasHealthy = !damage;
    if (!damage)
        return result;
    result.damage = *damage;
    const fs::path fresh = workshop.folder() / "fresh.db";
    result.saved = salvage(workshop.copyOf(file, "damaged.db"), fresh, workshop.folder());
    if (!isDryRun && result.saved.claims + result.saved.tombstones > 0)
        result.kept = exchange(file, fresh);
    return result;
}

} // namespace

Repaired repair(const fs::path& file, bool isDryRun)
{
    const fs::path real = existing(file);
    try {
        const LockFile lock = lockDatabase(real, LockFile::AtEnd::removeWhatItMade);
        return repairAlone(real, isDryRun);
    } catch (const StartError& error) {
        reword(error);
    } catch (const SqlError& error) {
        refuse(real, std::string("cannot be repaired: SQLite says: ") + error.what());
    } catch (const std::system_error& error) {
        refuse(real, std::string("cannot be repaired: ") + error.what() + ": it needs room for three copies");
    } catch (const Poco::Exception& exception) {
        refuse(real, "cannot be repaired: " + exception.displayText());
    }
}

} // namespace waymark::registry::repair

#pragma once

#include "Dice.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>

namespace waymark::testkit::fault
{

/// Names of files and folders whose creation, removal or change no sync of their folder has brought to the
/// disk yet.
class UnsyncedNames
{
public:
    struct File
    {
        std::string content;
        mode_t mode = 0;
    };
    /// What a name leads to on the disk: nothing, or a file as the disk has it.
    using OnDisk = std::optional<File>;

    /// Before a name changes; `look` says what it leads to, if that is not known from an earlier change.
    void changing(const std::filesystem::path& name, const std::function<OnDisk()>& look);
    void folderSynced(const std::filesystem::path& folder);

    /// Gives the names their meaning on the disk.
    void cut(Dice& dice) const;

private:
    std::map<std::filesystem::path, OnDisk> _names;
};

/// Throws std::system_error. Content that is replaced stays in the file that the name leads to.
std::string readWhole(const std::filesystem::path& file);
void writeWhole(const std::filesystem::path& file, const std::string& content, mode_t mode);

} // namespace waymark::testkit::fault

#pragma once

#include <waymark/base/Result.h>
#include <waymark/plugin/ConfigView.h>
#include <waymark/registry/RegistryPlan.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waymark::registry
{

/// What is known of a stored registry before its rows.
struct StoreHead
{
    /// That of the last change. An epoch of 0: it is not stored. A registry that is started goes on from the
    /// number in an epoch of its own.
    Revision revision;
    std::optional<std::uint64_t> rows; ///< how many will come, where that is known, for progress
};

/// Takes what a registry stores: begin() once, take() for every batch of rows, end() once. After an error
/// nothing follows; what was not ended is of no use and goes with the sink.
class StoreSink
{
public:
    virtual ~StoreSink() = default;

    virtual Result<void> begin(const StoreHead& head) = 0;
    /// Claims and tombstones in any order, no two of one peer and origin. What loading sets (the monotonic
    /// end of a lease) means nothing in them.
    virtual Result<void> take(std::vector<StoredRow> rows) = 0;
    /// All rows were given. A store is whole and on the disk afterwards, and closed.
    virtual Result<void> end() = 0;
};

/// How a back end stores a registry, for work on stored registries without a daemon: `waymark registry
/// export, import, convert, stats`. Which registries there are, whether they may be worked on and what they
/// may hold is seen to by whoever uses it: it holds the lock, checks the rows, and gives a finished store its
/// name.
///
/// Errors of all functions: `corrupt` (damaged, or of another format), `conflict` (of a later version or
/// another program), notFound, permission, unavailable (the disk is full), io; the message has no name of the
/// file unless it is that of another one.
class StoreFormat
{
public:
    /// How many rows make a batch.
    static constexpr std::size_t batch = 1024;

    virtual ~StoreFormat();

    /// What people call it by: "sqlite". Lower case, digits and '-'.
    virtual std::string name() const = 0;

    /// Whether the file begins as one of this format does. It is there and can be read.
    virtual Result<bool> recognises(const std::filesystem::path& file) const = 0;

    /// How files of this format are called where nobody says which one is meant: ".db". By default no name
    /// tells it.
    virtual std::vector<std::string> endings() const;

    /// Gives `sink` all that the file holds, as of one moment. Changes nothing and leaves nothing behind. An
    /// error of the sink is returned as it is.
    virtual Result<void> read(const std::filesystem::path& file, StoreSink& sink) const = 0;

    /// A sink that makes a new store of this name, with mode 0600; there is nothing of that name. When the
    /// sink goes before end(), what is left of the store has this name and no other.
    virtual Result<std::unique_ptr<StoreSink>> create(const std::filesystem::path& file) const = 0;

    /// The file that a daemon holds locked (LockFile) while it uses the store: by default `<file>.lock`.
    virtual std::filesystem::path lockOf(const std::filesystem::path& file) const;

    /// Puts a finished store in the place of another one, which goes with all that belongs to it. A crash
    /// leaves the old or the new one. The lock is held. By default a rename, and a sync of the folder.
    virtual Result<void> replace(const std::filesystem::path& fresh, const std::filesystem::path& file) const;

    /// The file that a plugin with this configuration keeps its registry in; nothing when it keeps none.
    virtual std::optional<std::filesystem::path> fileIn(const plugin::ConfigView& config) const = 0;
};

/// What a plugin's class (the one that WAYMARK_EXPORT_PLUGIN names) is besides a Plugin when its registry can
/// be worked on without a daemon. It is asked before any phase of the plugin's life. Plugins are found by
/// their manifests: they provide "peer-registry".
class StoreFormatProvider
{
public:
    virtual ~StoreFormatProvider();

    /// Used as long as the plugin is there.
    virtual std::unique_ptr<StoreFormat> storeFormat() const = 0;
};

} // namespace waymark::registry

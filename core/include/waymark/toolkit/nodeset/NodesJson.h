#pragma once

#include <waymark/base/Clock.h>
#include <waymark/base/FileSystem.h>
#include <waymark/base/Result.h>
#include <waymark/toolkit/nodeset/Entry.h>
#include <waymark/toolkit/nodeset/NodeSet.h>

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The file nodes.json of geth's devp2p: a JSON object, keyed by node id, of
///
///     {"seq": 1, "record": "enr:...", "score": 3, "firstResponse": "2026-01-31T12:00:00Z",
///      "lastResponse": ..., "lastCheck": ...}
///
/// where "record" may be an enode URL, a score of 0 is left out, and the time that never was is
/// 0001-01-01T00:00:00Z.
namespace waymark::toolkit::nodeset
{

/// An entry that is no node, and was left out.
struct Damage
{
    std::string where; ///< "line 17", "entry 17 (9f2c...)"
    std::string what;  ///< one line

    std::string toString() const { return where + ": " + what; }
};

using EntrySink = std::function<void(Entry&&)>;
using DamageSink = std::function<void(const Damage&)>;

/// Reads a nodes.json piece by piece, each entry as it is met, which takes no more memory than one entry. The
/// record decides about id and seq. `corrupt` when it is no such file: no JSON, cut off, or no object; what
/// was met before has been given out.
Result<void> readNodesJson(std::istream& in, const EntrySink& entry, const DamageSink& damage);

/// Writes a nodes.json piece by piece: entries in the order of their ids make the file that devp2p would
/// write.
class NodesJsonWriter
{
public:
    /// `out` outlives it.
    explicit NodesJsonWriter(std::ostream& out) noexcept : _out(out) {}
    void add(const Entry& entry);
    /// After the last one, once.
    void end();

private:
    std::ostream& _out;
    bool _any = false;
};

struct LoadedNodes
{
    NodeSet nodes;
    std::vector<Damage> damaged;
};

/// The nodes of a nodes.json. notFound, io, corrupt.
Result<LoadedNodes> loadNodesJson(const std::filesystem::path& file);
/// Replaces the file, whole or not at all (replaceContent()). Makes no folder: notFound.
Result<void> saveNodesJson(const std::filesystem::path& file, const NodeSet& nodes,
                           FileSystem& files = systemFiles());

/// "2026-01-31T12:00:00Z", with fractions where there are any, in UTC.
std::string toTimestamp(WallTime time);
/// RFC 3339; nothing when it is none, or outside of the years 1970 to 2200.
std::optional<WallTime> fromTimestamp(std::string_view text);

} // namespace waymark::toolkit::nodeset

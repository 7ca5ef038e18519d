#include "nodeset/Files.h"

#include "base/Secret.h"
#include "nodeset/NodeReader.h"
#include "nodeset/NodeWriter.h"

#include <waymark/base/AtomicFile.h>
#include <waymark/toolkit/Progress.h>
#include <waymark/toolkit/Record.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <istream>
#include <ostream>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

namespace waymark::toolkit::nodeset
{

using plugin::CommandArgument;
using plugin::ExitCode;

namespace
{

/// So many damaged entries are told one by one.
constexpr std::size_t toldOneByOne = 10;
/// How often the progress is looked at, in nodes.
constexpr std::size_t step = 64;

std::string counted(std::size_t count, const std::string& one, const std::string& many)
{
    return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

/// Reads one file after the other.
class InputReader
{
public:
    InputReader(const plugin::CommandLine& line, const plugin::CommandContext& context,
                const plugin::CommandValues& values)
        : _line(line), _context(context)
    {
        if (const auto from = values.find("from"))
            _format = formatOf(*from);
        _isStrict = values.has("strict");
    }

    /// 0, or the exit code.
    int read(const std::string& file)
    {
        if (file == "-")
            return read("standard input", _context.in, std::nullopt);
        std::error_code error;
        if (std::filesystem::is_directory(file, error))
            return fail(ExitCode::io, file + ": is a folder");
        std::ifstream in(file, std::ios::binary);
        if (!in)
            return fail(ExitCode::io, text::withoutKeys(file) +
                                          ": cannot be opened: " + std::generic_category().message(errno));
        const auto size = std::filesystem::file_size(file, error);
        return read(file, in, error ? std::nullopt : std::optional<std::uint64_t>(size));
    }

    Input take()
    {
        if (_formats.size() == 1)
            _input.format = *_formats.begin();
        return std::move(_input);
    }

private:
    int fail(ExitCode code, const std::string& message)
    {
        if (_progress)
            _progress->wipe();
        return _line.fail(_context, code, message);
    }

    /// `size` in bytes, where there is one.
    int read(const std::string& name, std::istream& in, std::optional<std::uint64_t> size)
    {
        _progress.emplace(_context, _clock, size ? "reading kB" : "reading nodes");
        std::size_t damaged = 0;
        const auto result = readNodes(
            in, _format,
            [&](Entry&& entry) {
                add(std::move(entry));
                if (_input.read % step == 0)
                    showProgress(in, size);
            },
            [&](const Damage& damage) {
                if (++damaged <= toldOneByOne)
                    fail(ExitCode::corruptData, name + ": " + damage.toString());
            });
        if (damaged > 0)
            fail(ExitCode::corruptData, name + ": " +
                                            counted(damaged, "entry is damaged", "entries are damaged") +
                                            (_isStrict ? ", which --strict refuses" : " and left out"));
        _input.damaged += damaged;
        if (!result)
            return fail(result.error().code == ErrorCode::io ? ExitCode::io : ExitCode::corruptData,
                        name + ": " + result.error().message);
        if (*result)
            _formats.insert(**result);
        return 0;
    }

    void add(Entry entry)
    {
        ++_input.read;
        _input.nodes.merge(std::move(entry));
    }

    void showProgress(std::istream& in, std::optional<std::uint64_t> size)
    {
        constexpr std::uint64_t unit = 1000;
        const auto place = size ? static_cast<std::streamoff>(in.tellg()) : -1;
        if (place >= 0)
            _progress->update(static_cast<std::uint64_t>(place) / unit, *size / unit,
                              std::to_string(_input.read) + " nodes");
        else
            _progress->update(_input.read, std::nullopt);
    }

    const plugin::CommandLine& _line;
    const plugin::CommandContext& _context;
    SystemClock _clock;
    std::optional<Progress> _progress; ///< of the file that is being read
    std::optional<Format> _format;
    bool _isStrict = false;
    std::set<Format> _formats; ///< that were met
    Input _input;
};

/// As `registry` has it: whether the link or what it leads to is meant, only who made it knows.
Result<void> checkNoLink(const std::string& file)
{
    std::error_code error;
    const bool isNoFile =
        std::filesystem::exists(file, error) && !std::filesystem::is_regular_file(file, error);
    if (isNoFile || !std::filesystem::is_symlink(file, error))
        return {};
    return failure(ErrorCode::invalidArgument,
                   "--out " + file + ": is a symbolic link: name the file that it leads to");
}

Format formatFor(const plugin::CommandValues& values, const Input& input)
{
    if (const auto to = values.find("to"))
        return formatOf(*to).value();
    if (values.has("json") && !values.has("out"))
        return Format::nodesJson;
    return input.format.value_or(Format::nodesJson);
}

/// How many were written.
std::size_t write(std::ostream& out, Format format, const NodeSet& nodes)
{
    const auto writer = NodeWriter::of(format, out);
    std::size_t written = 0;
    for (const auto& [id, entry] : nodes.entries())
        written += writer->add(entry) ? 1U : 0U;
    writer->end();
    out.flush();
    return written;
}

/// A device or a link to one is no place to put a file, and what is there stays unless it is given up.
Result<void> checkTarget(const std::string& file, bool replaces)
{
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (!std::filesystem::exists(status))
        return requireFolderOf(file);
    if (!std::filesystem::is_regular_file(status))
        return failure(ErrorCode::invalidArgument, "--out " + file +
                                                       ": is no regular file; without --out the nodes go to "
                                                       "standard output");
    if (!replaces)
        return failure(ErrorCode::conflict, file + " exists already; --force replaces it");
    return {};
}

} // namespace

plugin::CommandLine takingInput(plugin::CommandLine line)
{
    return std::move(line)
        .takes(CommandArgument::option("from", "FORMAT")
                   .oneOf(formatNames())
                   .help("what the input is; else it is recognised"))
        .takes(CommandArgument::flag("strict").help(
            "refuse input with damaged entries instead of leaving them out"))
        .exits(ExitCode::usage, "the arguments are wrong")
        .exits(ExitCode::corruptData,
               "the input is no node set or ends in the middle; with --strict also: has damaged entries")
        .exits(ExitCode::io, "a file cannot be read or written, or would be replaced");
}

plugin::CommandLine takingOutput(plugin::CommandLine line)
{
    return std::move(line)
        .takes(
            CommandArgument::option("to", "FORMAT")
                .oneOf(formatNames())
                .help("how to write the nodes; else as the input is, and as nodes-json when inputs differ"))
        .takes(CommandArgument::option("out", "FILE")
                   .needs("the name of a file")
                   .help("where to write them, whole or not at all; else standard output"))
        .takes(CommandArgument::flag("force").help("replace the file that is there"))
        .takes(CommandArgument::flag("json").help(
            "print JSON, for programs: with --out what was done, else the nodes"));
}

plugin::CommandArgument inputOperand()
{
    return CommandArgument::operand("FILE")
        .needs("a file of nodes")
        .help("nodes.json, static-nodes.json, a list of enode:// or enr: lines, or CSV; - reads standard "
              "input");
}

tl::expected<Input, int> readInput(const plugin::CommandLine& line, const plugin::CommandContext& context,
                                   const plugin::CommandValues& values, const std::vector<std::string>& files)
{
    // Before much is read in vain.
    const auto out = values.find("out");
    if (const auto target = out ? checkTarget(*out, values.has("force")) : Result<void>(); !target)
        return tl::unexpected(target.error().code == ErrorCode::invalidArgument
                                  ? line.refuse(context, target.error().message)
                                  : line.fail(context, ExitCode::io, target.error().message));
    InputReader reader(line, context, values);
    for (const std::string& file : files)
        if (const int code = reader.read(file); code != 0)
            return tl::unexpected(code);
    Input input = reader.take();
    if (values.has("strict") && input.damaged > 0)
        return tl::unexpected(static_cast<int>(ExitCode::corruptData));
    return input;
}

int writeOutput(const plugin::CommandLine& line, const plugin::CommandContext& context,
                const plugin::CommandValues& values, const Input& input, const NodeSet& nodes)
{
    const Format format = formatFor(values, input);
    const auto file = values.find("out");
    if (const auto checked = file ? checkNoLink(*file) : Result<void>(); !checked)
        return line.refuse(context, checked.error().message);
    std::size_t written = 0;
    if (file) {
        std::ostringstream text;
        written = write(text, format, nodes);
        if (const auto saved = replaceContent(*file, text.view()); !saved)
            return line.fail(context, ExitCode::io, saved.error().message);
    } else {
        written = write(context.out, format, nodes);
    }
    const std::size_t leftOut = nodes.size() - written;
    if (leftOut > 0)
        line.complain(context, counted(leftOut, "node has no place", "nodes have no place") +
                                   " in the format " + std::string(toString(format)) +
                                   (format == Format::enrs ? ": no record" : ": no address"));
    if (file)
        Record()
            .add("file", *file)
            .add("format", toString(format))
            .add("read", input.read)
            .add("written", written)
            .add("left_out", "left out", leftOut)
            .add("damaged", input.damaged)
            .print(context, values);
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::toolkit::nodeset

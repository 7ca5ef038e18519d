#include "ManualPage.h"

#include "base/Secret.h"

#include <waymark/plugin/CommandLine.h>

#include <algorithm>
#include <ostream>
#include <string_view>
#include <utility>

namespace waymark::app
{

namespace
{

using plugin::CommandArgument;
using plugin::CommandLine;

/// On a terminal of 80 columns, behind the indents of a page's text and of .RS.
constexpr std::size_t exampleWidth = 80 - 2 * 7;

/// Text as man(7) wants it: no line is taken for a macro, dashes are those that can be copied.
std::string escaped(std::string_view text)
{
    std::string out = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
    for (const char letter : text) {
        if (letter == '\\')
            out += "\\e";
        else if (letter == '-')
            out += "\\-";
        else
            out += letter;
    }
    return out;
}

std::string upper(std::string text)
{
    for (char& letter : text)
        if (letter >= 'a' && letter <= 'z')
            letter = static_cast<char>(letter - 'a' + 'A');
    return text;
}

/// Each line of its own.
std::string escapedLines(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        out += escaped(line) + '\n';
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return out;
}

void header(std::ostream& out, const std::string& title)
{
    out << ".TH \"" << escaped(upper(title))
        << "\" 1 \"\" \"Waymark " WAYMARK_VERSION "\" \"User Commands\"\n.ad l\n.nh\n";
}

/// Under a heading of its level: .SH in a page of its own, .SS within waymark(1).
class Describer
{
public:
    Describer(std::ostream& out, bool isOwnPage) : _out(out), _isOwnPage(isOwnPage) {}

    void print(const CommandLine& line) const
    {
        if (!_isOwnPage)
            _out << ".SS \"" << escaped(line.command()) << "\"\n";
        part("SYNOPSIS", Before::text);
        _out << ".B waymark " << escaped(line.command()) << '\n';
        for (const CommandArgument& argument : line.arguments())
            if (argument.isNamed())
                _out << escaped(argument.inUsage()) << '\n';
        for (const CommandArgument& argument : line.arguments())
            if (!argument.isNamed())
                _out << escaped(argument.inUsage()) << '\n';
        part("DESCRIPTION", Before::text);
        _out << escaped(line.summary()) << '\n';
        part("OPTIONS", Before::paragraphs);
        for (const CommandArgument& argument : line.arguments()) {
            if (argument.helpText().empty())
                continue;
            _out << ".TP\n.B " << escaped(argument.shown()) << '\n' << escaped(argument.described()) << '\n';
        }
        _out << ".TP\n.B " << escaped("--help") << "\nshow how it is used\n";
        if (!line.examples().empty())
            part("EXAMPLES", Before::text);
        for (const std::string& example : line.examples())
            _out << (&example == &line.examples().front() ? "" : ".PP\n") << ".nf\n.RS\n"
                 << escapedLines(CommandLine::brokenExample(example, exampleWidth)) << ".RE\n.fi\n";
        if (!line.exitCodes().empty())
            part("EXIT STATUS", Before::paragraphs);
        for (const auto& [code, when] : line.exitCodes())
            _out << ".TP\n.B " << static_cast<int>(code) << '\n' << escaped(when) << '\n';
    }

private:
    enum class Before
    {
        text,      ///< which a paragraph must be begun for
        paragraphs ///< that begin by themselves
    };

    /// A heading; neither it nor what follows may leave a paragraph empty.
    void part(std::string_view name, Before what) const
    {
        if (_isOwnPage) {
            _out << ".SH " << name << '\n';
            return;
        }
        const bool isFirst = name == "SYNOPSIS";
        _out << (isFirst ? "" : ".PP\n") << ".B " << name << '\n' << (what == Before::text ? ".PP\n" : "");
    }

    std::ostream& _out;
    bool _isOwnPage;
};

/// What is said of all commands.
constexpr const char* common = R"(.SH ENVIRONMENT
.TP
.B NO_COLOR
When set and not empty, nothing is coloured.
.TP
.B WAYMARK_URL
The daemon that commands ask: http://HOST:PORT, https://HOST:PORT or unix:/PATH.
.TP
.B WAYMARK_TOKEN_FILE
The file with the bearer token that is sent to it.
.SH FILES
.TP
.I LIBDIR/waymark/plugins\-*/*.so
Plugins; LIBDIR is the folder of libraries that Waymark is installed in.
.TP
.I /run/waymark/waymark.sock
The HTTP API of the daemon on this machine, which commands ask unless WAYMARK_URL or \-\-url says so.
.SH SEE ALSO
.BR waymarkd (8),
.BR waymark.properties (5)
)";

/// What the numbers have in common; each command tells those that it ends with.
constexpr const char* exitCodes = R"(.SH EXIT STATUS
Each command says above with which of these it ends, and when.
.TP
.B 0
Done.
.TP
.B 1
A check found what is wrong.
.TP
.B 64
The arguments are wrong.
.TP
.B 65
What was read is damaged, or is not what it should be.
.TP
.B 69
Nobody answers, or an address is in use.
.TP
.B 70
An internal error.
.TP
.B 74
A file, or standard output, cannot be read or written.
.TP
.B 75
Somebody else works on the same data.
.TP
.B 77
A key file cannot be used, or the daemon refuses who asks.
.TP
.B 78
A configuration is wrong, or a plugin was refused.
.TP
.B 130
It was interrupted and changed nothing.
)";

using Commands = std::vector<std::pair<const Catalogue::Group*, std::string>>;

/// The page of several: a section for each.
Result<void> describe(std::ostream& out, const Catalogue& catalogue, const Commands& commands)
{
    out << ".SH COMMANDS\n";
    for (const auto& [group, name] : commands) {
        const auto command = catalogue.create({group, name, 0});
        if (!command)
            return failure(ErrorCode::unavailable, command.error().message);
        Describer(out, false).print((*command)->line());
    }
    out << exitCodes << common;
    return {};
}

Result<void> printGroupPage(std::ostream& out, const Catalogue& catalogue, const std::string& word,
                            const std::vector<const Catalogue::Group*>& groups)
{
    Commands commands;
    for (const Catalogue::Group* const group : groups)
        for (const auto& [name, help] : group->commands)
            commands.emplace_back(group, name);
    if (commands.empty() && groups.front()->refusal)
        return failure(ErrorCode::unavailable, *groups.front()->refusal);
    if (commands.empty())
        return failure(ErrorCode::notFound, text::quoted(word) + " has no commands");
    header(out, "waymark-" + word);
    out << ".SH NAME\n" << escaped("waymark-" + word) << " \\- commands of " << escaped(word) << '\n';
    return describe(out, catalogue, commands);
}

Result<void> printCommandPage(std::ostream& out, const Catalogue& catalogue,
                              const std::vector<std::string>& words)
{
    const auto match = catalogue.find(words);
    if (!match)
        return failure(match.error().code == ErrorCode::unavailable ? ErrorCode::unavailable
                                                                    : ErrorCode::invalidArgument,
                       match.error().message);
    if (match->words != words.size())
        return failure(ErrorCode::invalidArgument, "the command " + match->command + " takes no words here");
    const auto command = catalogue.create(*match);
    if (!command)
        return failure(ErrorCode::unavailable, command.error().message);
    const CommandLine& line = (*command)->line();
    std::string title = "waymark " + line.command();
    for (char& letter : title)
        letter = letter == ' ' ? '-' : letter;
    header(out, title);
    out << ".SH NAME\n" << escaped(title) << " \\- ";
    for (const auto& [name, help] : match->group->commands)
        out << (name == match->command ? escaped(help) : "");
    out << '\n';
    Describer(out, true).print(line);
    out << common;
    return {};
}

} // namespace

Result<void> printManualPage(std::ostream& out, const Catalogue& catalogue,
                             const std::vector<std::string>& words)
{
    const auto groups =
        words.size() == 1 ? catalogue.meantBy(words.front()) : decltype(catalogue.meantBy({}))();
    // A command has its page, also where a plugin is called so.
    if (!groups.empty() && !catalogue.find(words))
        return printGroupPage(out, catalogue, words.front(), groups);
    if (!words.empty())
        return printCommandPage(out, catalogue, words);
    header(out, "waymark");
    out << ".SH NAME\nwaymark \\- network utilities of Waymark and its plugins\n"
           ".SH SYNOPSIS\n.B waymark\n[\\-\\-plugin\\-path DIR]... [PLUGIN] COMMAND [ARGUMENT]...\n.br\n"
           ".B waymark\nhelp [WORD]... | \\-\\-version\n"
           ".SH DESCRIPTION\nRuns one network utility, of those that are built in or that an installed "
           "plugin "
           "brings. The plugin's name may be left out where only one has the command.\n"
           ".SH OPTIONS\n.TP\n.B \\-\\-plugin\\-path DIR\nA folder with more plugins; may be repeated.\n"
           ".TP\n.B \\-\\-version\nThe version.\n";
    Commands commands;
    for (const Catalogue::Group& group : catalogue.groups())
        for (const auto& [name, help] : group.commands)
            commands.emplace_back(&group, name);
    return describe(out, catalogue, commands);
}

} // namespace waymark::app

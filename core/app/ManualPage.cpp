#include "ManualPage.h"

#include "base/Text.h"

#include <waymark/plugin/CommandLine.h>
#include <waymark/plugin/ExitCode.h>

#include <iostream>
#include <string_view>

namespace waymark::app
{

namespace
{

using plugin::CommandArgument;
using plugin::CommandLine;
using plugin::ExitCode;

constexpr const char* usageText =
    "usage: waymark man [COMMAND]\n"
    "\n"
    "Prints the manual page of waymark, or of one command, as a source for man(1).\n"
    "\n"
    "example:\n"
    "  waymark man discv4 ping | man -l -\n";

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

void header(const std::string& title)
{
    std::cout << ".TH \"" << escaped(upper(title))
              << "\" 1 \"\" \"Waymark " WAYMARK_VERSION "\" \"User Commands\"\n.ad l\n.nh\n";
}

/// Under a heading of its level: .SH in a page of its own, .SS within waymark(1).
class Describer
{
public:
    explicit Describer(bool isOwnPage) : _isOwnPage(isOwnPage) {}

    void print(const CommandLine& line) const
    {
        if (!_isOwnPage)
            std::cout << ".SS \"" << escaped(line.command()) << "\"\n";
        part("SYNOPSIS");
        std::cout << ".B waymark " << escaped(line.command()) << '\n';
        for (const CommandArgument& argument : line.arguments())
            if (argument.isNamed())
                std::cout << escaped(argument.inUsage()) << '\n';
        for (const CommandArgument& argument : line.arguments())
            if (!argument.isNamed())
                std::cout << escaped(argument.inUsage()) << '\n';
        part("DESCRIPTION");
        std::cout << escaped(line.summary()) << '\n';
        part("OPTIONS");
        for (const CommandArgument& argument : line.arguments()) {
            if (argument.helpText().empty())
                continue;
            const std::string usual =
                argument.defaultText().empty() ? "" : " (" + argument.defaultText() + ')';
            std::cout << ".TP\n.B " << escaped(argument.shown()) << '\n'
                      << escaped(argument.helpText() + usual) << '\n';
        }
        std::cout << ".TP\n.B " << escaped("--help") << "\nhow to use it\n";
        if (!line.examples().empty())
            part("EXAMPLES");
        for (const std::string& example : line.examples())
            std::cout << ".PP\n.nf\n.RS\n" << escaped(example) << "\n.RE\n.fi\n";
        if (!line.exitCodes().empty())
            part("EXIT STATUS");
        for (const auto& [code, when] : line.exitCodes())
            std::cout << ".TP\n.B " << static_cast<int>(code) << '\n' << escaped(when) << '\n';
    }

private:
    void part(const char* name) const
    {
        if (_isOwnPage)
            std::cout << ".SH " << name << '\n';
        else
            std::cout << ".PP\n";
    }

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
.SH SEE ALSO
.BR waymarkd (8)
)";

int printCommandPage(const Catalogue& catalogue, const std::vector<std::string>& words)
{
    const auto match = catalogue.find(words);
    if (!match || match->words != words.size()) {
        std::cerr << "waymark: "
                  << (match ? "the command " + match->command + " takes no words here"
                            : match.error().message)
                  << "; waymark help shows more\n";
        return static_cast<int>(ExitCode::usage);
    }
    const auto command = catalogue.create(*match);
    if (!command) {
        std::cerr << "waymark: " << command.error().message << '\n';
        return static_cast<int>(ExitCode::configuration);
    }
    const CommandLine& line = (*command)->line();
    std::string title = "waymark " + line.command();
    for (char& letter : title)
        letter = letter == ' ' ? '-' : letter;
    header(title);
    std::cout << ".SH NAME\n" << escaped(title) << " \\- ";
    for (const auto& [name, help] : match->group->commands)
        std::cout << (name == match->command ? escaped(help) : "");
    std::cout << '\n';
    Describer(true).print(line);
    std::cout << common;
    return static_cast<int>(ExitCode::ok);
}

} // namespace

int printManualPage(const Catalogue& catalogue, const std::vector<std::string>& words)
{
    if (!words.empty() && (words.back() == "--help" || words.back() == "-h")) {
        std::cout << usageText;
        return static_cast<int>(ExitCode::ok);
    }
    if (!words.empty())
        return printCommandPage(catalogue, words);
    header("waymark");
    std::cout
        << ".SH NAME\nwaymark \\- network utilities of Waymark and its plugins\n"
           ".SH SYNOPSIS\n.B waymark\n[\\-\\-plugin\\-path DIR]... [PLUGIN] COMMAND [ARGUMENT]...\n.br\n"
           ".B waymark\nplugin list | plugin inspect PLUGIN | help [WORD]... | man [COMMAND] | "
           "completion bash|zsh | \\-\\-version\n"
           ".SH DESCRIPTION\nRuns one network utility, of those that are built in or that an installed "
           "plugin "
           "brings. The plugin's name may be left out where only one has the command.\n"
           ".SH OPTIONS\n.TP\n.B \\-\\-plugin\\-path DIR\nA folder with more plugins; may be repeated.\n"
           ".TP\n.B \\-\\-version\nThe version.\n.SH COMMANDS\n";
    for (const Catalogue::Group& group : catalogue.groups()) {
        for (const auto& [name, help] : group.commands) {
            const auto command = catalogue.create({&group, name, 0});
            if (!command) {
                std::cerr << "waymark: " << command.error().message << '\n';
                return static_cast<int>(ExitCode::configuration);
            }
            Describer(false).print((*command)->line());
        }
    }
    std::cout << common;
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::app

#include "CompletionCommand.h"

#include <ostream>

namespace waymark::app
{

using plugin::CommandArgument;
using plugin::ExitCode;

namespace
{

constexpr const char* bashScript = R"(# bash completion of waymark: source it, or save it as
# /usr/share/bash-completion/completions/waymark
_waymark()
{
    local line word=${COMP_WORDS[COMP_CWORD]}
    [[ "$word" == = ]] && word=
    COMPREPLY=()
    while IFS= read -r line; do
        if [ "$line" = :files ]; then
            compopt -o filenames
            while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(compgen -f -- "$word")
        elif [ "$line" = :@files ]; then
            # bash may show the @ as a word of its own, and yet replaces it, too.
            while IFS= read -r line; do
                if [ -d "$line" ]; then compopt -o nospace; line+=/; fi
                COMPREPLY+=("@$line")
            done < <(compgen -f -- "${word#@}")
        else
            COMPREPLY+=("${line%%$'\t'*}")
        fi
    done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _waymark waymark
)";

constexpr const char* zshScript = R"(#compdef waymark
# zsh completion of waymark: source it, or save it as _waymark in a folder of $fpath
_waymark()
{
    local line
    local -a found
    for line in "${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        if [[ "$line" == :files ]]; then
            _files
        elif [[ "$line" == :@files ]]; then
            compset -P '@'
            _files
        elif [[ -n "$line" ]]; then
            found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
        fi
    done
    (( ${#found} )) && _describe command found
}
if [[ "${funcstack[1]}" == _waymark ]]; then
    _waymark "$@"
else
    compdef _waymark waymark
fi
)";

} // namespace

const plugin::CommandLine& CompletionCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine("completion",
                            "Prints a script that completes commands, options, their values and files at the "
                            "Tab key.")
            .takes(CommandArgument::operand("SHELL").oneOf({"bash", "zsh"}).help("bash or zsh"))
            .example("waymark completion bash > ~/.local/share/bash-completion/completions/waymark")
            .exits(ExitCode::ok, "it was printed")
            .exits(ExitCode::usage, "there is no script for that shell");
    return line;
}

int CompletionCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    context.out << (values->text("SHELL") == "bash" ? bashScript : zshScript);
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::app

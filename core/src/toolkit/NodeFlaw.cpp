#include "base/Secret.h"
#include "toolkit/RecordDissection.h"

#include <waymark/node/Enode.h>
#include <waymark/toolkit/NodeFlaw.h>

#include <algorithm>

namespace waymark::toolkit
{

namespace
{

/// A column for each byte, so that a caret stands where it should; nothing that may be secret.
std::string inColumns(std::string_view text)
{
    std::string out = text::withoutKeys(text);
    std::ranges::replace_if(out, [](char letter) { return letter < ' ' || letter > '~'; }, '?');
    return out;
}

std::optional<NodeFlaw> flawOfUrl(std::string_view text)
{
    const auto url = node::Enode::examine(text);
    if (url || node::NamedEnode::parse(text))
        return std::nullopt;
    return NodeFlaw{url.error().toString(), url.error().position};
}

std::optional<NodeFlaw> flawOfRecord(std::string_view text)
{
    const auto record = RecordDissection::read(text);
    if (!record)
        return NodeFlaw{"ENR, character " + std::to_string(record.error().position + 1) + ": " +
                            record.error().error.message,
                        record.error().position};
    const auto& flaw = record->flaw();
    if (!flaw)
        return std::nullopt;
    const std::size_t position = std::min(RecordDissection::positionOf(flaw->offset), text.size());
    return NodeFlaw{"ENR, character " + std::to_string(position + 1) + ": " + flaw->error.message, position};
}

} // namespace

std::optional<NodeFlaw> NodeFlaw::find(std::string_view text)
{
    if (text.starts_with("enode:"))
        return flawOfUrl(text);
    if (text.starts_with("enr:"))
        return flawOfRecord(text);
    const std::string either = "a node is a URL, enode://..., or a record, enr:...";
    return NodeFlaw{either + (text::mayBeKey(text) ? ", not " + std::string(text::looksLikeKey) : ""), 0};
}

std::string NodeFlaw::shown(std::string_view text, std::size_t width) const
{
    return what + '\n' + pointedAt(text, position, width);
}

std::string pointedAt(std::string_view given, std::size_t position, std::size_t width)
{
    constexpr std::size_t indent = 2;
    constexpr std::string_view dots = "...";
    constexpr std::size_t narrowest = 20;
    const std::size_t room = std::max(width, narrowest) - indent;
    // Whole: of a key that is cut the half would be shown.
    const std::string text = inColumns(given);
    position = std::min(position, text.size());
    // The caret may stand behind the last character.
    if (text.size() + 1 <= room)
        return std::string(indent, ' ') + text + '\n' + std::string(indent + position, ' ') + '^';
    const std::size_t shown = room - 2 * dots.size();
    const std::size_t latest = text.size() + 1 - shown;
    const std::size_t begin = std::min(position > shown / 2 ? position - shown / 2 : 0, latest);
    const bool isCutBefore = begin > 0;
    const bool isCutBehind = begin < latest;
    std::string line(indent, ' ');
    line += isCutBefore ? dots : "";
    const std::size_t caret = line.size() + position - begin;
    line += text.substr(begin, shown);
    line += isCutBehind ? dots : "";
    return line + '\n' + std::string(caret, ' ') + '^';
}

} // namespace waymark::toolkit

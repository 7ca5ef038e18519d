#include "enr/DecodeCommand.h"

#include "enr/Entry.h"
#include "enr/RecordText.h"

#include <waymark/plugin/CommandLine.h>
#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Record.h>
#include <waymark/toolkit/Style.h>
#include <waymark/toolkit/nodeset/Entry.h>

#include <ostream>
#include <vector>

namespace waymark::toolkit
{

using plugin::ExitCode;

namespace
{

std::optional<std::string> urlOf(const std::optional<node::Enr>& record)
{
    const auto url = record ? nodeset::Entry(*record).url() : std::nullopt;
    return url ? std::optional(url->toString()) : std::nullopt;
}

Cell signatureOf(const RecordDissection& record)
{
    if (record.record())
        return Cell(true).shownAs("valid, by the record's own key");
    if (record.flaw()->error.code == ErrorCode::badSignature)
        return Cell(false).shownAs("WRONG, not by the record's own key");
    return Cell().shownAs("not checked, the record is damaged");
}

void addEntries(Record& shown, const RecordDissection& record, bool isJson)
{
    std::vector<Cell> cells;
    for (const auto& [key, item] : record.pairs()) {
        const auto entry = enr::explain(key, item);
        // Whoever wrote the record chose the keys: none may look like something that was found out here.
        const std::string name = "entry." + key;
        if (!isJson && entry.meaning.empty())
            shown.add(name, Cell(name).shown(), entry.value);
        else if (!isJson)
            shown.add(name, Cell(name).shown(), entry.value, entry.meaning);
        cells.push_back(Cell::object({{"key", key},
                                      {"value", entry.value},
                                      {"meaning", entry.isKnown ? Cell(entry.meaning) : Cell()},
                                      {"malformed", entry.isMalformed},
                                      {"rlp", toHex(item)}}));
    }
    if (isJson)
        shown.add("entries", "", Cell::list(cells));
}

} // namespace

const plugin::CommandLine& DecodeCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine(
            "node enr decode",
            "Explains a node record (EIP-778) entry by entry and checks its signature. Of a damaged "
            "one it shows what can be read, and where it is wrong.")
            .takes(enr::recordOperand())
            .takes(Listing::jsonFlag())
            .example("waymark enr decode enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcB...")
            .exits(ExitCode::ok, "the record is valid")
            .exits(ExitCode::failedCheck, "its signature is wrong")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::corruptData, "it is no record, or damaged");
    return line;
}

int DecodeCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto text = enr::readText(*values, context);
    if (!text)
        return line().fail(context, ExitCode::io, text.error().message);
    const auto read = RecordDissection::read(*text);
    if (!read)
        return line().fail(context, ExitCode::corruptData, enr::complaint(read, *text, context.width));
    const bool isJson = values->has("json");
    Record facts;
    if (isJson && read->record())
        facts.add("enr", read->record()->toString());
    facts.addIf("seq", "seq", read->seq());
    if (read->key())
        facts.add("node_id", "node id", toHex(read->key()->nodeId()))
            .add("public_key", "public key", read->key()->hex());
    facts
        .add("size", "size",
             Cell(read->bytes().size()).shownAs(std::to_string(read->bytes().size()) + " bytes"))
        .add("signature", "", read->signature().empty() ? Cell() : Cell(toHex(read->signature())))
        .add("signature_valid", "signature", signatureOf(*read))
        .addIf("enode", "enode", urlOf(read->record()));
    addEntries(facts, *read, isJson);
    facts.print(context, *values);
    if (!read->flaw())
        return static_cast<int>(ExitCode::ok);
    const bool isSignature = read->flaw()->error.code == ErrorCode::badSignature;
    return line().fail(context, isSignature ? ExitCode::failedCheck : ExitCode::corruptData,
                       enr::complaint(read, *text, context.width));
}

} // namespace waymark::toolkit

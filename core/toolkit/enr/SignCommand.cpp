#include "enr/SignCommand.h"

#include "enr/RecordOptions.h"
#include "enr/RecordText.h"
#include "key/KeyFiles.h"

#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/NodeFlaw.h>

#include <limits>
#include <optional>

namespace waymark::toolkit
{

using plugin::CommandArgument;
using plugin::ExitCode;

namespace
{

/// The entries of a record with the changes that are asked for.
Result<enr::Entries> changed(const node::Enr& record, const plugin::CommandValues& values)
{
    enr::Entries entries = record.entries();
    entries.erase("id");
    entries.erase("secp256k1");
    const auto changes = enr::entriesOf(values);
    if (!changes)
        return failure(changes.error());
    for (const auto& [key, item] : *changes)
        entries.insert_or_assign(key, item);
    for (const std::string& key : values.all("remove")) {
        if (changes->contains(key))
            return failure(ErrorCode::invalidArgument, "the entry " + key + " is both set and removed");
        if (entries.erase(key) == 0)
            return failure(ErrorCode::invalidArgument,
                           key == "id" || key == "secp256k1"
                               ? "the entry " + key + " belongs to the signature and cannot be removed"
                               : "--remove " + key + ": the record has no such entry");
    }
    return entries;
}

Result<std::uint64_t> nextSeq(const node::Enr& record, const plugin::CommandValues& values)
{
    if (!values.has("seq") && record.seq() == std::numeric_limits<std::uint64_t>::max())
        return failure(ErrorCode::invalidArgument,
                       "the record has the highest seq there is and cannot change");
    const std::uint64_t seq = values.has("seq") ? values.integer("seq") : record.seq() + 1;
    if (seq <= record.seq())
        return failure(ErrorCode::invalidArgument,
                       "--seq " + std::to_string(seq) +
                           ": nobody takes a changed record whose seq is not above " +
                           std::to_string(record.seq()));
    return seq;
}

} // namespace

const plugin::CommandLine& SignCommand::line() const
{
    static const plugin::CommandLine line = key::exitingForKeys(
        enr::takingEntries(
            plugin::CommandLine("node enr sign",
                                "Changes entries of a node record, raises its seq and signs it anew. "
                                "Only the key that the record is of can do that.")
                .takes(CommandArgument::option("key", "FILE")
                           .required()
                           .needs("the name of a key file")
                           .help("the node key of the record")))
            .takes(CommandArgument::option("remove", "KEY")
                       .repeatable()
                       .needs("a key of the record")
                       .help("takes an entry out"))
            .takes(enr::seqOption().help("the new number, above the one that it has; else the next one"))
            .takes(enr::recordOperand())
            .takes(Listing::jsonFlag())
            .example("waymark enr sign --key node.key --ip 203.0.113.8 enr:-...")
            .exits(ExitCode::ok, "the new record was printed")
            .exits(ExitCode::usage, "the arguments are wrong, or make a record of more than 300 bytes")
            .exits(ExitCode::corruptData, "the record is damaged, or its signature is wrong"));
    return line;
}

int SignCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const auto text = enr::readText(*values, context);
    if (!text)
        return line().fail(context, ExitCode::io, text.error().message);
    const auto read = RecordDissection::read(*text);
    if (!read || read->flaw())
        return line().fail(context, ExitCode::corruptData, enr::complaint(read, *text, context.width));
    const node::Enr& record = *read->record();
    const auto entries = changed(record, *values);
    if (!entries)
        return line().refuse(context, entries.error().message);
    const auto seq = nextSeq(record, *values);
    if (!seq)
        return line().refuse(context, seq.error().message);
    const auto key = key::readKey(line(), context, values->text("key"));
    if (!key)
        return key.error();
    if (key->publicKey() != record.key())
        return line().fail(context, ExitCode::keyFile,
                           values->text("key") + ": it is the key of node " +
                               toHex(key->publicKey().nodeId()) + ", and the record that of " +
                               toHex(record.key().nodeId()) + "; enr make makes a record of its own");
    const auto made = enr::signedRecord(*entries, *seq, *key);
    if (!made)
        return line().refuse(context, made.error().message);
    enr::print(*made, context, *values);
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::toolkit

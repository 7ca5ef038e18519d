#include "key/ToEnrCommand.h"

#include "enr/RecordOptions.h"
#include "key/KeyFiles.h"

#include <waymark/node/Rlp.h>
#include <waymark/toolkit/Listing.h>

namespace waymark::toolkit
{

using plugin::ExitCode;

const plugin::CommandLine& ToEnrCommand::line() const
{
    static const plugin::CommandLine line = key::exitingForKeys(
        enr::takingEntries(
            plugin::CommandLine(
                "node key to-enr",
                "Prints a signed record of the node that has a key. Where there is an address and no "
                "port, both ports are 30303."))
            .takes(enr::seqOption().defaultsTo("1").help(
                "the number of the record, which grows with every change"))
            .takes(key::fileOperand())
            .takes(Listing::jsonFlag())
            .example("waymark key to-enr node.key --ip 203.0.113.7 --udp-port 30303")
            .exits(ExitCode::ok, "it was printed")
            .exits(ExitCode::usage, "the arguments are wrong, or make a record of more than 300 bytes"));
    return line;
}

int ToEnrCommand::run(const plugin::CommandContext& context)
{
    constexpr std::uint64_t usualPort = 30303;
    const auto values = line().read(context);
    if (!values)
        return values.error();
    auto entries = enr::entriesOf(*values);
    if (!entries)
        return line().refuse(context, entries.error().message);
    const auto key = key::readKey(line(), context, values->text("FILE"));
    if (!key)
        return key.error();
    const auto has = [&](const char* name) {
        return entries->contains(name);
    };
    const bool isPlaced = has("ip") || has("ip6");
    if (isPlaced && !has("tcp") && !has("udp") && !has("tcp6") && !has("udp6")) {
        Bytes port;
        node::rlp::Writer(port).integer(usualPort);
        entries->emplace("tcp", port);
        entries->emplace("udp", port);
    }
    const auto record = enr::signedRecord(*entries, values->integer("seq"), *key);
    if (!record)
        return line().refuse(context, record.error().message);
    enr::print(*record, context, *values);
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::toolkit

#include "commands/decode/DecodeCommand.h"

#include "commands/decode/DecodeRun.h"

#include <waymark/plugin/CommandLine.h>
#include <waymark/toolkit/Listing.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ostream>

namespace waymark::discv4::decode
{

namespace
{

using plugin::CommandArgument;
using plugin::ExitCode;

bool isHex(std::string_view text)
{
    if (text.starts_with("0x"))
        text.remove_prefix(2);
    return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

} // namespace

const plugin::CommandLine& DecodeCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine(
            "discv4 decode",
            "Explains discv4 packets field by field: hash, signature and sender, type, and what "
            "each field means.")
            .takes(CommandArgument::option("port", "PORT")
                       .needs("a port")
                       .integer(1, 65'535)
                       .repeatable()
                       .help("of a capture only what came from or went to this port, whatever it is"))
            .takes(toolkit::Listing::jsonFlag())
            .takes(
                CommandArgument::operand("PACKET")
                    .needs("a packet in hex digits, or the name of a file")
                    .file()
                    .help("one packet in hex digits; or a file: a capture (pcapng, pcap), or a packet in hex "
                          "digits on each line; - reads that from standard input"))
            .example("waymark discv4 decode trace.pcapng")
            .example("tcpdump -w - -U udp port 30303 | waymark discv4 decode -")
            .exits(ExitCode::ok, "every packet is good")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::corruptData, "a packet or the capture is damaged")
            .exits(ExitCode::io, "the file cannot be read");
    return line;
}

int DecodeCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const std::string& operand = values->text("PACKET");
    const SystemClock clock;
    DecodeRun run(context, *values, clock);
    std::error_code ignored;
    if (isHex(operand) && !std::filesystem::exists(operand, ignored)) {
        const auto packet = fromHex(operand);
        if (!packet)
            return line().refuse(context, packet.error().in("PACKET").message);
        run.packet(*packet);
        return static_cast<int>(run.isGood() ? ExitCode::ok : ExitCode::corruptData);
    }
    std::ifstream file;
    if (operand != "-") {
        if (std::filesystem::is_directory(operand, ignored))
            return line().fail(context, ExitCode::io, operand + " is a folder; name a capture in it");
        file.open(operand, std::ios::binary);
        if (!file)
            return line().fail(context, ExitCode::io,
                               operand + ": " + std::strerror(errno) +
                                   "; and it is no packet in hex digits either");
    }
    ByteStream bytes(operand == "-" ? context.in : file);
    const auto read = run.stream(bytes);
    if (!read)
        line().fail(context, ExitCode::corruptData,
                    read.error().in(operand == "-" ? "standard input" : operand).message);
    context.error << run.summary() << '\n';
    return static_cast<int>(read && run.isGood() ? ExitCode::ok : ExitCode::corruptData);
}

} // namespace waymark::discv4::decode

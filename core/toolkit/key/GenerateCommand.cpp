#include "key/GenerateCommand.h"

#include "key/KeyFiles.h"

#include <waymark/node/KeyFile.h>
#include <waymark/toolkit/Listing.h>

namespace waymark::toolkit
{

using plugin::CommandArgument;
using plugin::ExitCode;

const plugin::CommandLine& GenerateCommand::line() const
{
    static const plugin::CommandLine line =
        plugin::CommandLine(
            "node key generate",
            "Makes a node key and writes it to a file that only its owner can read. A file that is "
            "there already is never replaced. What is printed is public.")
            .takes(CommandArgument::option("out", "FILE")
                       .needs("the name of a file")
                       .defaultsTo("node.key")
                       .help("where the key goes"))
            .takes(Listing::jsonFlag())
            .example("waymark key generate --out node.key")
            .exits(ExitCode::ok, "the key was made and written")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::io, "the file cannot be written: its folder is not there, or the disk is full")
            .exits(ExitCode::keyFile, "the file is there already, or its folder is closed");
    return line;
}

int GenerateCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    SystemRandom random;
    const auto key = node::SecretKey::generate(random);
    const std::string& file = values->text("out");
    if (const auto written = node::writeKeyFile(file, key); !written)
        return line().fail(context, key::exitCodeOf(written.error()), written.error().message);
    Record record;
    record.add("file", file);
    key::addFacts(record, key.publicKey());
    record.print(context, *values);
    return static_cast<int>(ExitCode::ok);
}

} // namespace waymark::toolkit

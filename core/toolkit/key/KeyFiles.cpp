#include "key/KeyFiles.h"

#include <waymark/node/KeyFile.h>

namespace waymark::toolkit::key
{

using plugin::CommandArgument;
using plugin::ExitCode;

CommandArgument fileOperand()
{
    return CommandArgument::operand("FILE")
        .needs("the name of a key file")
        .help("a node key: 64 hex digits, mode 0600");
}

plugin::CommandLine exitingForKeys(plugin::CommandLine line)
{
    return std::move(line).exits(ExitCode::keyFile,
                                 "the key file is missing, unreadable, too open or no key");
}

tl::expected<node::SecretKey, int> readKey(const plugin::CommandLine& line,
                                           const plugin::CommandContext& context, const std::string& file)
{
    auto key = node::readKeyFile(file);
    if (!key)
        return tl::unexpected(line.fail(context, ExitCode::keyFile, key.error().message));
    return std::move(*key);
}

void addFacts(Record& record, const node::PublicKey& key)
{
    record.add("node_id", "node id", toHex(key.nodeId()))
        .add("public_key", "public key", key.hex())
        .add("compressed_public_key", "compressed", toHex(key.compressed()));
}

} // namespace waymark::toolkit::key

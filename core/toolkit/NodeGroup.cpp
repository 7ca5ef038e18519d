#include "NodeGroup.h"

#include "enode/ParseCommand.h"
#include "enr/DecodeCommand.h"
#include "enr/MakeCommand.h"
#include "enr/SignCommand.h"
#include "key/GenerateCommand.h"
#include "key/InspectCommand.h"
#include "key/ToEnodeCommand.h"
#include "key/ToEnrCommand.h"
#include "key/ToIdCommand.h"
#include "nodeset/ConvertCommand.h"
#include "nodeset/FilterCommand.h"
#include "nodeset/InfoCommand.h"
#include "nodeset/MergeCommand.h"

namespace waymark::toolkit
{

namespace
{

template <class Made>
BuiltInCommand command(std::string name, std::string help)
{
    return {std::move(name), std::move(help), [] {
                return std::make_unique<Made>();
            }};
}

} // namespace

CommandGroup nodeGroup()
{
    return {"node",
            {command<GenerateCommand>("key generate", "Make a node key"),
             command<InspectCommand>("key inspect", "Check a key file and show its public side"),
             command<ToIdCommand>("key to-id", "Print the node id of a key"),
             command<ToEnodeCommand>("key to-enode", "Print the node URL of a key"),
             command<ToEnrCommand>("key to-enr", "Print a signed record of a key"),
             command<DecodeCommand>("enr decode", "Explain a node record and check it"),
             command<MakeCommand>("enr make", "Make and sign a node record"),
             command<SignCommand>("enr sign", "Change a node record and sign it anew"),
             command<ParseCommand>("enode parse", "Show the parts of a node URL"),
             command<nodeset::InfoCommand>("nodeset info", "Count the nodes of a set"),
             command<nodeset::FilterCommand>("nodeset filter", "Keep some nodes of a set"),
             command<nodeset::MergeCommand>("nodeset merge", "Make one node set of several"),
             command<nodeset::ConvertCommand>("nodeset convert", "Write a node set in another format")}};
}

} // namespace waymark::toolkit

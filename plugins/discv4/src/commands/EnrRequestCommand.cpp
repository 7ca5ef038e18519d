#include "commands/EnrRequestCommand.h"

#include "client/NodeClient.h"
#include "client/SystemClientPort.h"
#include "commands/NodeArguments.h"
#include "commands/RecordView.h"

#include <waymark/toolkit/Interruption.h>
#include <waymark/toolkit/Listing.h>
#include <waymark/toolkit/Record.h>

#include <optional>
#include <ostream>

namespace waymark::discv4
{

namespace
{

using client::Answer;
using client::RecordAnswer;
using plugin::ExitCode;

int ask(const Asked& asked, const Question& question)
{
    const SystemClock clock;
    client::SystemClientPort port;
    client::NodeClient client(question.key, port, clock, clientOptions(asked));
    std::optional<Answer<RecordAnswer>> answer;
    client.requestRecord(question.node, question.timeout, [&](const auto& got) { answer = got; });
    const toolkit::Interruption interruption;
    client.run(&interruption);
    if (!answer)
        return asked.fail(ExitCode::unavailable, "stopped before an answer came");
    if (!*answer)
        return asked.fail(answer->error().trouble == client::Trouble::badAnswer ? ExitCode::corruptData
                                                                                : ExitCode::unavailable,
                          answer->error().message);
    const node::Enr& record = (*answer)->record;
    if (asked.values.has("raw")) {
        asked.context.out << record.toString() << '\n';
        return static_cast<int>(ExitCode::ok);
    }
    toolkit::Record shown;
    addRecord(shown, record);
    shown.print(asked.context, asked.values);
    return static_cast<int>(ExitCode::ok);
}

} // namespace

const plugin::CommandLine& EnrRequestCommand::line() const
{
    static const plugin::CommandLine line =
        withFamilies(
            plugin::CommandLine("discv4 enr-request",
                                "Asks a discv4 node for its record (ENR), after the endpoint proofs."))
            .takes(plugin::CommandArgument::flag("raw").help("print the record alone, as enr:..."))
            .takes(timeoutOption("1s", "how long to wait for each answer"))
            .takes(triesOption())
            .takes(keyOption())
            .takes(toolkit::Listing::jsonFlag())
            .takes(nodeOperand())
            .example("waymark discv4 enr-request --raw enode://...@127.0.0.1:30303")
            .exits(ExitCode::ok, "the record came")
            .exits(ExitCode::usage, "the arguments are wrong")
            .exits(ExitCode::corruptData, "what came is no valid record of this node")
            .exits(ExitCode::unavailable, "the node did not answer, or there is no way to it")
            .exits(ExitCode::keyFile, "the key file cannot be used");
    return line;
}

int EnrRequestCommand::run(const plugin::CommandContext& context)
{
    const auto values = line().read(context);
    if (!values)
        return values.error();
    const Asked asked{line(), context, *values};
    const auto question = readQuestion(asked);
    return question ? ask(asked, *question) : question.error();
}

} // namespace waymark::discv4

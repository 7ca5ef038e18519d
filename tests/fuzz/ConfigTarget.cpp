#include "Fuzzing.h"
#include "host/config/Configuration.h"
#include "host/config/PropertiesParser.h"
#include "host/config/SettingsReader.h"

#include <algorithm>
#include <set>

/// A configuration file, from its text to checked values: lines, ${references}, and an option of each type.
namespace waymark::fuzz
{

namespace
{

using namespace host;
using plugin::Option;

void look(const Problems& problems)
{
    for (const Problem& problem : problems)
        requireOneLine(problem.toString());
}

plugin::ConfigSchema everyType()
{
    return {
        Option::boolean("boolean").help("b").defaultsTo("true"),
        Option::integer("integer", -5, 65'535).help("i").defaultsTo("0"),
        Option::duration("duration", "1ms", "2d").help("d").defaultsTo("30s"),
        Option::size("size", "1k", "2G").help("s").defaultsTo("1M"),
        Option::text("text").help("t").defaultsTo("x"),
        Option::choice("choice", {"one", "two"}).help("c").defaultsTo("one"),
        Option::path("path").help("p").defaultsTo("file").orWord("none"),
        Option::secret("secret").help("s"),
        Option::endpoint("endpoint").help("e").defaultsTo("127.0.0.1:0"),
        Option::cidrs("cidrs").help("n").defaultsTo("10.0.0.0/8"),
        Option::list("list").help("l").defaultsTo("a, b"),
        Option::table("table").help("t"),
    };
}

/// Values that passed their checks are there, as their types, without fail.
void readAll(const plugin::ConfigView& view)
{
    static_cast<void>(view.boolean("boolean"));
    const auto integer = view.integer("integer");
    require(integer >= -5 && integer <= 65'535, "an integer is within its range");
    require(view.duration("duration") >= std::chrono::milliseconds(1), "a duration is within its range");
    require(view.size("size") >= 1'024, "a size is within its range");
    static_cast<void>(view.text("text"));
    static_cast<void>(view.endpoint("endpoint"));
    static_cast<void>(view.cidrs("cidrs"));
    static_cast<void>(view.list("list"));
    static_cast<void>(view.table("table"));
    const std::string& choice = view.text("choice");
    require(choice == "one" || choice == "two", "a choice is one of its words");
    if (!view.isWord("path", "none"))
        require(view.path("path").is_absolute(), "a path is absolute");
}

void checkValues(Settings settings)
{
    static const plugin::ConfigSchema schema = everyType();
    Configuration configuration(std::move(settings));
    configuration.setStateDirectory("/state");
    configuration.addSection({"waymark", "Host", schema});
    configuration.checkUnknown();
    look(configuration.problems());
    look(configuration.warnings());
    if (configuration.problems().empty())
        readAll(configuration.view("waymark"));
}

} // namespace

void run(ByteView input)
{
    const std::string_view text = asText(input);
    const ParsedProperties parsed = parseProperties(text, "file");
    look(parsed.problems);
    const auto lines = static_cast<unsigned>(std::ranges::count(text, '\n')) + 1;
    std::set<std::string> keys;
    std::vector<std::pair<std::string, std::string>> entries;
    for (const PropertiesEntry& entry : parsed.entries) {
        require(!entry.key.empty() && keys.insert(entry.key).second, "a key stands once");
        require(entry.line >= 1 && entry.line <= lines, "an entry stands in a line of the file");
        requireOneLine("value: " + entry.value);
        entries.emplace_back(entry.key, entry.value);
    }
    const ReadSettings read = readSettings({}, entries);
    look(read.problems);
    checkValues(read.settings);
}

std::vector<Seed> seeds()
{
    return {
        seed("plain", "waymark.text = a b\n# comment\n! another\nwaymark.integer: 7\n\n"),
        seed("every-type",
             "waymark.boolean=false\nwaymark.duration=500ms\nwaymark.size=64k\nwaymark.choice=two\n"
             "waymark.path=none\nwaymark.secret=s\nwaymark.endpoint=[::1]:80\n"
             "waymark.cidrs=10.0.0.0/8, ::1/128\nwaymark.list=a,b , c\nwaymark.table.x=y\n"),
        seed("continued", "waymark.list = a, \\\n   b, \\\n  c\n"),
        seed("references", "waymark.text=${waymark.list}-${system.env.HOME}\nwaymark.list=${waymark.path}\n"),
        seed("cycle", "waymark.text=${waymark.list}\nwaymark.list=${waymark.text}\n"),
        seed("wrong",
             "waymark.integer=99999999999999999999\nwaymark.duration=3y\nwaymark.sise=1\nno value\n=x\n"),
        seed("twice", "waymark.text=1\nwaymark.text=2\n"),
        seed("crlf", "waymark.text = a\r\nwaymark.path = C:\\new\r\n"),
        seed("not-text", std::string_view("waymark.text = \xff\xfe\0x\n", 19)),
        seed("last-line-continued", "waymark.text = a\\"),
    };
}

} // namespace waymark::fuzz

#include <waymark/testkit/Daemon.h>

#include <Poco/JSON/Parser.h>

#include <fstream>
#include <stdexcept>

namespace waymark::testkit
{

namespace
{

std::string listeningUrl(const std::string& line)
{
    const auto event = Poco::JSON::Parser().parse(line).extract<Poco::JSON::Object::Ptr>();
    return event->getValue<std::string>("url");
}

} // namespace

std::string Daemon::program()
{
    return WAYMARK_BUILD_DIR "/bin/waymarkd";
}

std::vector<std::string> Daemon::arguments(const std::filesystem::path& folder, const Properties& properties)
{
    Properties all = wholeBootnode(folder);
    all.insert({{"waymark.log.level", "info"}, {"waymark.log.format", "json"}});
    for (const auto& [key, value] : properties)
        all.insert_or_assign(key, value);
    const auto file = folder / "waymark.properties";
    std::ofstream out(file, std::ios::trunc);
    for (const auto& [key, value] : all)
        if (!value.empty())
            out << key << " = " << value << '\n';
    out.close();
    if (!out)
        throw std::runtime_error("cannot write " + file.string());
    return {"--config", file.string()};
}

Daemon::Daemon(const std::filesystem::path& folder, const Properties& properties,
               const std::map<std::string, std::string>& environment)
    : _process(program(), arguments(folder, properties), environment)
{
    // Not that of a Unix socket, which may be told first.
    _rest.emplace(listeningUrl(_process.expectLine("\"url\":\"http")));
    _process.expectLine("\"host.ready\"");
}

} // namespace waymark::testkit

#include "TestServer.h"

#include <cppunit/TestAssert.h>

#include <chrono>
#include <filesystem>
#include <thread>

namespace waymark::httpapi
{

TestNode::TestNode()
    : _secret(node::SecretKey::fromHex(testSecret(1)).value()),
      _key(_secret.publicKey()),
      _nodeId(_key.nodeId()),
      _record(std::make_shared<const node::Enr>(node::EnrBuilder().sign(_secret).value()))
{
}

void TestLog::write(observe::LogLevel, std::string_view source, std::string_view event,
                    std::span<const observe::LogField> fields, std::string_view text) noexcept
{
    const std::lock_guard lock(_mutex);
    _lines.append(source).append(" ").append(event);
    for (const auto& field : fields)
        _lines.append(" ").append(field.key).append("=").append(field.value);
    _lines.append(" ").append(text).append("\n");
    _written.notify_all();
}

std::string TestLog::await(std::string_view begin) const
{
    const std::string mark = "\n" + std::string(begin);
    std::unique_lock lock(_mutex);
    std::size_t at = std::string::npos;
    const auto isThere = [&] {
        at = ("\n" + _lines).find(mark);
        return at != std::string::npos;
    };
    if (!_written.wait_for(lock, std::chrono::seconds(100), isThere))
        CPPUNIT_FAIL("no line begins with '" + std::string(begin) + "':\n" + _lines);
    return _lines.substr(at, _lines.find('\n', at) - at);
}

std::string TestLog::lines() const
{
    const std::lock_guard lock(_mutex);
    return _lines;
}

TestServer::TestServer(Values values)
{
    values.try_emplace("listen", "127.0.0.1:0");
    const auto add = [this]<class S>(S& service) {
        _services.emplace(S::serviceId, &service);
    };
    add(static_cast<Clock&>(registry.clock));
    add(routes);
    add(metrics);
    add(health);
    add(static_cast<node::LocalNode&>(node));
    add(static_cast<registry::PeerRegistry&>(registry));
    add(static_cast<Timers&>(timers));
    add(static_cast<discovery::Discovery&>(discovery));
    const auto config =
        plugin::ConfigView::make(plugin.schema(), values, std::filesystem::temp_directory_path());
    if (!config)
        throw std::invalid_argument(config.error().message);
    plugin.configure(*config);
    for (const auto& [key, message] : config->rejections())
        throw std::invalid_argument(key + ": " + message);
    plugin::Services services(*this, "http-api");
    plugin.provide(services);
    plugin.wire(services);
}

TestServer& TestServer::start()
{
    plugin.start();
    return *this;
}

void TestServer::stop(std::chrono::milliseconds patience) noexcept
{
    plugin.stop(std::chrono::steady_clock::now() + patience);
}

node::Endpoint TestServer::endpoint() const
{
    // What the log tells people is what the tests use.
    const std::string text = lines->lines();
    const std::string mark = "http.listening url=";
    const auto start = text.rfind(mark);
    CPPUNIT_ASSERT(start != std::string::npos);
    const auto begin = text.find("//", start + mark.size()) + 2;
    return node::Endpoint::parse(text.substr(begin, text.find_first_of("/ \n", begin) - begin)).value();
}

double TestServer::metric(const std::string& name, const observe::MetricLabels& labels) const
{
    return metrics.value(name, labels).value_or(0);
}

void TestServer::awaitConnections(const std::string& state, std::size_t count) const
{
    awaitMetric("waymark_http_connections", static_cast<double>(count), {{"state", state}});
}

void TestServer::awaitMetric(const std::string& name, double value, const observe::MetricLabels& labels) const
{
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(100);
    while (metric(name, labels) != value) {
        if (std::chrono::steady_clock::now() >= until)
            CPPUNIT_FAIL(name + " does not become " + std::to_string(value) + ":\n" + metrics.expose());
        std::this_thread::yield();
    }
}

void TestServer::add(std::string_view, std::string_view, std::type_index, bool, void*)
{
    throw plugin::ServiceError("http-api provides no service");
}

std::vector<void*> TestServer::find(std::string_view, std::string_view id, std::type_index) const
{
    const auto found = _services.find(id);
    return found == _services.end() ? std::vector<void*>{} : std::vector<void*>{found->second};
}

std::string testSecret(unsigned number)
{
    std::string digits = std::to_string(number);
    return std::string(64 - digits.size(), '0') + digits;
}

node::PublicKey testKey(unsigned number)
{
    return node::SecretKey::fromHex(testSecret(number)).value().publicKey();
}

} // namespace waymark::httpapi

#include <waymark/base/Timers.h>
#include <waymark/http/RouteTable.h>
#include <waymark/plugin/Export.h>
#include <waymark/plugin/Plugin.h>

#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace testroutes
{

using namespace std::chrono_literals;
using namespace waymark;

constexpr const char* greeting = R"(summary: Greets in one of four ways
parameters:
  - name: how
    in: path
    required: true
    schema: {type: string}
responses:
  '200':
    description: A greeting
    content:
      text/plain:
        schema: {type: string}
  default: {$ref: '#/components/responses/Error'}
)";

/// A plugin that knows of no API plugin, and yet is served: an answer at once, a late one, a streamed one, a
/// static one, and an admin's change.
class TestRoutes final : public plugin::Plugin
{
public:
    const plugin::ConfigSchema& schema() const override
    {
        static const plugin::ConfigSchema none{};
        return none;
    }
    void configure(const plugin::ConfigView&) override {}

    void provide(plugin::Services& services) override
    {
        _timers = &services.get<Timers>();
        auto& routes = services.get<http::RouteTable>();
        const auto add = [&](http::Route route) {
            _routes.push_back(routes.add(std::move(route)));
        };
        add({.method = "GET",
             .pattern = "/greetings/{how}",
             .summary = "Greets",
             .openapi = greeting,
             .handler = [this](const http::ApiRequest& request) {
                 return greet(request.parameter("how"));
             }});
        add({.method = "POST",
             .pattern = "/greetings",
             .summary = "Counts a greeting",
             .role = http::Role::admin,
             .mutates = true,
             .handler = [this](const http::ApiRequest& request) {
                 return http::ApiResponse::json(200, R"({"count":)" + std::to_string(++_count) +
                                                         R"(,"by":")" + request.identity + "\"}");
             }});
    }

    void wire(const plugin::Services&) override {}
    void start() override {}
    observe::Health health() const override { return observe::Health::ok(); }
    plugin::ReloadPlan prepareReload(const plugin::ConfigView&) override
    {
        return plugin::ReloadPlan::accept([] {});
    }
    void stop(plugin::Deadline) noexcept override { _later.reset(); }

private:
    http::ApiResponse greet(const std::string& how)
    {
        if (how == "late")
            return http::ApiResponse::later([this](const http::Responder& responder) {
                _later = _timers->after(
                    1ms, [responder] { responder(http::ApiResponse::complete(200, "text/plain", "late")); });
            });
        if (how == "streamed")
            return http::ApiResponse::stream(200, "text/plain", [](const auto& sink) {
                sink->write("one, ");
                sink->write("two");
                sink->end();
            });
        if (how == "static")
            return http::ApiResponse::asset("text/plain", "for ever");
        return http::ApiResponse::complete(200, "text/plain", "hello, " + how);
    }

    Timers* _timers = nullptr;
    std::atomic<int> _count{0};
    Subscription _later;
    std::vector<Subscription> _routes;
};

} // namespace testroutes

WAYMARK_EXPORT_PLUGIN(testroutes::TestRoutes, .name = "test-routes", .version = "1.0")

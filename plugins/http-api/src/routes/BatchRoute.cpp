#include "json/JsonArray.h"
#include "json/Utf8.h"
#include "routes/Admission.h"
#include "routes/PeerAnswers.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t largestBatch = 10000;
constexpr std::size_t batchBytes = 8U << 20U;
constexpr std::size_t largestRegistration = 64U << 10U;

/// What became of each registration: those that were refused at once say why, the others belong to the
/// changes of the batch, in order.
struct Batch
{
    std::vector<std::variant<Refusal, RegistrationNote>> items;
    registry::ChangeBatch changes;
};

std::string refusalJson(const Refusal& refusal)
{
    return R"({"status":)" + std::to_string(refusal.status) + R"(,"error":)" + jsonQuoted(refusal.message) +
           '}';
}

std::string outcomeJson(const node::PeerId& id, registry::Outcome outcome)
{
    if (outcome == registry::Outcome::stale)
        return refusalJson(staleRecord());
    return R"({"status":201,"id":")" + id.toString() + R"(","outcome":")" +
           std::string(registry::toString(outcome)) + "\"}";
}

http::ApiResponse results(const Batch& batch, const std::vector<registry::Outcome>& outcomes,
                          registry::Revision revision)
{
    std::string body = R"({"revision":")" + revision.toString() + R"(","results":[)";
    std::size_t next = 0;
    for (const auto& item : batch.items) {
        const auto* const refusal = std::get_if<Refusal>(&item);
        body += &item == &batch.items.front() ? "" : ",";
        body += refusal != nullptr ? refusalJson(*refusal)
                                   : outcomeJson(std::get<RegistrationNote>(item).peer, outcomes.at(next++));
    }
    return http::ApiResponse::json(200, body + "]}");
}

http::ApiResponse applied(const Context& context, const Batch& batch, const std::string& request,
                          const Result<registry::ApplyReport>& report)
{
    if (!report)
        return registryFailed(context.log, report.error());
    std::size_t next = 0;
    for (const auto& item : batch.items) {
        const auto* const note = std::get_if<RegistrationNote>(&item);
        if (note != nullptr && report->outcomes.at(next++) != registry::Outcome::stale)
            logRegistered(context.log, *note, report->outcomes[next - 1], report->revision, request);
    }
    return results(batch, report->outcomes, report->revision);
}

/// Parsed, a text of numbers takes many times its size: that of one registration is bounded, as that of POST
/// /peers is.
Answered<registry::Claim> admitElement(const Context& context, std::string_view element, bool secretKeys)
{
    if (element.size() > largestRegistration)
        return refuse(413,
                      "this registration has more than " + std::to_string(largestRegistration) + " bytes");
    return admit(context, element, secretKeys);
}

/// The registrations that can be made are made in one step, all or none of them.
http::ApiResponse registerBatch(const Context& context, const http::ApiRequest& request)
{
    const auto elements = splitJsonArray(request.body, largestBatch);
    if (!elements)
        return answer(elements.error());
    Batch batch;
    const bool secretKeys = takesSecretKeys(context, request);
    for (const std::string_view element : *elements) {
        auto claim = admitElement(context, element, secretKeys);
        if (!claim) {
            batch.items.emplace_back(std::move(claim.error()));
            continue;
        }
        batch.items.emplace_back(RegistrationNote(*claim));
        batch.changes.emplace_back(registry::PutClaim{std::move(*claim)});
    }
    if (batch.changes.empty())
        return results(batch, {}, context.registry->revision());
    const auto shared = std::make_shared<Batch>(std::move(batch));
    return http::ApiResponse::later([&context, shared, id = request.requestId](const auto& responder) {
        context.registry->apply(std::move(shared->changes), [&context, shared, id, responder](
                                                                const Result<registry::ApplyReport>& report) {
            // On a thread that serves requests: ten thousand results are not brief.
            responder(http::ApiResponse::later([&context, shared, id, report](const auto& last) {
                last(applied(context, *shared, id, report));
            }));
        });
    });
}

} // namespace

std::vector<Subscription> addBatchRoute(http::RouteTable& routes, const Context& context)
{
    http::Route route;
    route.method = "POST";
    route.pattern = "/peers:batch";
    route.summary = "Registers up to 10000 peers, with a result for each";
    route.role = http::Role::registrant;
    route.mutates = true;
    route.acceptsJson = true;
    route.largestBody = batchBytes;
    route.handler = [&context](const http::ApiRequest& request) {
        return registerBatch(context, request);
    };
    std::vector<Subscription> added;
    added.push_back(routes.add(std::move(route)));
    return added;
}

} // namespace waymark::httpapi

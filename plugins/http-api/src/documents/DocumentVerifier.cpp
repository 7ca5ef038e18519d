#include "documents/DocumentVerifier.h"

#include "documents/SignatureBase.h"

#include <algorithm>
#include <charconv>

namespace waymark::httpapi
{

namespace
{

constexpr std::uint64_t skew = 300; // seconds that the clocks of two hosts may differ by
constexpr std::string_view label = "waymark=";

tl::unexpected<Error> bad(std::string why)
{
    return failure(ErrorCode::badSignature, std::move(why));
}

std::optional<std::uint64_t> numberBehind(std::string_view text, std::string_view name)
{
    const std::size_t at = text.find(name);
    if (at == std::string_view::npos)
        return std::nullopt;
    text.remove_prefix(at + name.size());
    std::uint64_t value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() ? std::optional(value) : std::nullopt;
}

/// Standard base64 between colons (RFC 8941 section 3.3.5).
std::optional<node::CompactSignature> readSignature(std::string_view field)
{
    if (!field.starts_with(label))
        return std::nullopt;
    field.remove_prefix(label.size());
    if (field.size() < 2 || field.front() != ':' || field.back() != ':')
        return std::nullopt;
    std::string text(field.substr(1, field.size() - 2));
    while (text.ends_with('='))
        text.pop_back();
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    const auto bytes = fromBase64Url(text);
    node::CompactSignature signature{};
    if (!bytes || bytes->size() != signature.size())
        return std::nullopt;
    std::ranges::copy(*bytes, signature.begin());
    return signature;
}

Result<void> checkAge(const VerifiedDocument& found, const DocumentDemands& demands)
{
    if (found.expires <= demands.now)
        return bad("its signature has expired: get a newer copy");
    if (found.created > demands.now + skew)
        return bad("it was signed in the future: look at the clocks");
    if (demands.since && found.created < *demands.since)
        return bad("it is older than one seen before: it was created at " + std::to_string(found.created));
    if (!demands.after)
        return {};
    if (found.revision.epoch != demands.after->epoch)
        return bad("its revision " + found.revision.toString() +
                   " is of another history than the one seen before (the node has restarted, or this is "
                   "old): compare when they were created (--since)");
    if (found.revision.number < demands.after->number)
        return bad("it is older than one seen before: its revision is " + found.revision.toString());
    return {};
}

} // namespace

Result<VerifiedDocument> verifyDocument(const DocumentCopy& copy, const DocumentDemands& demands)
{
    if (copy.signatureInput.empty() || copy.signature.empty() || copy.contentDigest.empty())
        return bad("it is not signed (http-api.sign-documents = true signs)");
    if (copy.contentDigest != contentDigest(copy.content))
        return bad("its content is not what its digest says");
    const auto created = numberBehind(copy.signatureInput, ";created=");
    const auto expires = numberBehind(copy.signatureInput, ";expires=");
    const auto signature = readSignature(copy.signature);
    const auto revision = registry::Revision::parse(copy.revision);
    if (!created || !expires || !signature || !revision)
        return bad("its signature is not written as a node's is");
    const SignedDocument document{copy.path, copy.contentDigest, copy.revision,
                                  *created,  *expires,           demands.node.hex()};
    // What is signed is made anew: nothing of the sender's choice is left in it.
    if (copy.signatureInput != std::string(label) + signatureParameters(document))
        return bad("it is signed by another node, or another way");
    if (!node::verify(demands.node, *signature, sha256(signatureBase(document))))
        return bad("its signature is wrong: content, path or revision are not those that the node signed");
    VerifiedDocument found{*created, *expires, *revision};
    if (auto age = checkAge(found, demands); !age)
        return failure(std::move(age.error()));
    return found;
}

} // namespace waymark::httpapi

#pragma once

#include "commands/RegistrationOptions.h"

#include <waymark/base/Result.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::httpapi
{

/// What POST /peers:batch is sent.
struct RegistrationBatch
{
    std::string body;      ///< a JSON array
    std::size_t count = 0; ///< of registrations in it

    friend bool operator==(const RegistrationBatch&, const RegistrationBatch&) = default;
};

/// Registrations that somebody wrote down: a JSON array of them, or of enode URLs and ENRs
/// (static-nodes.json); or a line for each, an enode URL, an ENR or a JSON object, where '#' begins a
/// comment.
class RegistrationList
{
public:
    /// As JSON objects for POST /peers, in order. What one does not say of ttl and labels `usual` does.
    /// Errors are `corrupt` and say which entry and what in it; a secret key is refused: none is sent.
    static Result<std::vector<std::string>> read(std::string_view text, const RegistrationOptions& usual);

    /// As large as the API takes.
    static std::vector<RegistrationBatch> batches(const std::vector<std::string>& registrations,
                                                  std::size_t most = 10000,
                                                  std::size_t bytes = std::size_t{7} << 20U);
};

} // namespace waymark::httpapi

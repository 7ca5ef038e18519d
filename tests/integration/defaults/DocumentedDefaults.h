#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace waymark::integration
{

/// What a document says of defaults, by full key; "none" where it says that there is none. It reads tables
/// whose head is `| key | default | ...`; one row may hold several keys: `` `discv4.answer-rate`, `-burst` |
/// `100`, `500` ``.
std::map<std::string, std::string> documentedDefaults(std::string_view markdown);

std::string contentOf(const std::filesystem::path& file);

} // namespace waymark::integration

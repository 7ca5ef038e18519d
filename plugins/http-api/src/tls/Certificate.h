#pragma once

#include "tls/OpenSsl.h"

#include <waymark/base/Clock.h>
#include <waymark/base/Result.h>

#include <string>
#include <string_view>
#include <vector>

namespace waymark::httpapi
{

/// The certificates of a PEM text, in its order; at least one. Between them may stand anything else.
Result<std::vector<X509Ptr>> readCertificates(std::string_view pem);
/// The first private key of a PEM text. One with a passphrase is refused: nobody is there to enter it.
Result<EvpKeyPtr> readPrivateKey(std::string_view pem);

/// Who a certificate is for, in one line of printable characters without secrets: its subject as RFC 2253
/// writes it, or its first alternative name ("URI:spiffe://a/b"), or its serial number.
std::string subjectOf(const X509& certificate);
/// From when and until when it holds.
WallTime beginOf(const X509& certificate);
WallTime endOf(const X509& certificate);

} // namespace waymark::httpapi

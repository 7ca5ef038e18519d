#pragma once

#include <waymark/base/Result.h>

#include <Poco/Net/HTTPResponse.h>

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// The head of an answer. It hides from Poco that a body is chunked: Poco takes one that breaks off for
/// whole.
class AnswerHead final : public Poco::Net::HTTPResponse
{
public:
    void read(std::istream& in) override;
    /// Whether the body has to be taken out of its chunks.
    bool isChunked() const noexcept { return _isChunked; }

private:
    bool _isChunked = false;
};

/// The body of an answer, as it comes. What breaks off is never taken for whole, unless its end is where the
/// connection ends.
///
/// Errors: unavailable for what broke off, corrupt for chunks that are none, tooLarge. Throws what Poco does.
class AnswerBody
{
public:
    /// False ends it.
    using Take = std::function<bool(std::string_view bytes)>;

    static constexpr std::size_t largest = std::size_t{64} << 20U;

    /// Both outlive it.
    AnswerBody(const AnswerHead& head, std::istream& in) : _head(head), _in(in) {}

    Result<std::string> whole();
    /// What is there is taken at once: the rest may be long in coming.
    Result<void> stream(const Take& take);

private:
    Result<void> streamChunks(const Take& take);
    void read(const Take& take);

    const AnswerHead& _head;
    std::istream& _in;
};

} // namespace waymark::httpapi

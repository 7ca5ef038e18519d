#include "commands/ClientToken.h"

#include <waymark/base/Bytes.h>

#include <Poco/Environment.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr auto optionName = "token-file";
constexpr auto variable = "WAYMARK_TOKEN_FILE";
constexpr std::size_t largestFile = 4096;

class Descriptor
{
public:
    explicit Descriptor(const std::string& file)
        : _number(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK))
    {
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (_number >= 0)
            ::close(_number);
    }
    int number() const noexcept { return _number; }

private:
    int _number;
};

tl::unexpected<Error> unusable(const std::string& file, const std::string& why)
{
    return failure(ErrorCode::permission, file + ' ' + why);
}

tl::unexpected<Error> systemFailure(const std::string& file, const std::string& what)
{
    const int number = errno;
    ErrorCode code = number == ENOENT ? ErrorCode::notFound : ErrorCode::io;
    if (number == EACCES || number == EPERM)
        code = ErrorCode::permission;
    return failure(code, file + ' ' + what + ": " + std::generic_category().message(number));
}

Result<void> checkOpened(const std::string& file, int descriptor)
{
    struct stat status = {};
    struct statvfs system = {};
    if (::fstat(descriptor, &status) != 0 || ::fstatvfs(descriptor, &system) != 0)
        return systemFailure(file, "cannot be examined");
    if (!S_ISREG(status.st_mode))
        return unusable(file, "is no regular file");
    return ClientToken::check(file, {status.st_uid, status.st_mode, (system.f_flag & ST_RDONLY) != 0},
                              ::geteuid());
}

std::string octal(mode_t mode)
{
    constexpr mode_t shown = 07777;
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & shown));
    return text.data();
}

bool isAlphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// A b64token (RFC 6750, section 2.1), and not what a key file has: that must not get to a server.
bool isToken(std::string_view text)
{
    constexpr std::string_view others = "-._~+/";
    constexpr std::size_t keyDigits = 64;
    const std::string_view main = text.substr(0, text.find('='));
    const bool isBearer = !main.empty() &&
                          text.substr(main.size()).find_first_not_of('=') == std::string_view::npos &&
                          std::ranges::all_of(main, [&](char c) {
                              return isAlphanumeric(c) || others.find(c) != std::string_view::npos;
                          });
    const std::string_view digits = text.substr(text.starts_with("0x") ? 2 : 0);
    return isBearer && !(digits.size() == keyDigits && fromHex(digits));
}

} // namespace

plugin::CommandArgument ClientToken::option()
{
    return plugin::CommandArgument::option(optionName, "FILE")
        .needs("the name of a file")
        .help("file with the token to send, as waymark token new prints it, mode 0600 (what "
              "WAYMARK_TOKEN_FILE names)");
}

ClientToken ClientToken::of(const plugin::CommandValues& values)
{
    ClientToken token;
    if (const auto file = values.find(optionName)) {
        token._file = *file;
        token._source = std::string("--") + optionName;
    } else {
        token._file = Poco::Environment::get(variable, "");
        token._source = variable;
    }
    return token;
}

Result<void> ClientToken::check(const std::filesystem::path& file, const Standing& standing, uid_t user)
{
    const std::string name = file.string();
    if (standing.owner != user && standing.owner != 0)
        return unusable(name, "belongs to user " + std::to_string(standing.owner) + ", not to user " +
                                  std::to_string(user) + " who runs this or to root: chown it");
    if ((standing.mode & (S_IWGRP | S_IWOTH)) != 0 && !standing.readOnly)
        return unusable(name,
                        "may be changed by others (mode " + octal(standing.mode) + "): chmod 600 " + name);
    const mode_t strangers = standing.owner == 0 ? S_IROTH : S_IRGRP | S_IROTH;
    if ((standing.mode & strangers) != 0 && !standing.readOnly)
        return unusable(name, "is a secret that others may read (mode " + octal(standing.mode) +
                                  "): chmod 600 " + name);
    return {};
}

Result<SecretBuffer> ClientToken::authorization() const
{
    if (_file.empty())
        return SecretBuffer();
    auto field = read();
    return field ? std::move(field) : failure(field.error().in(_source));
}

Result<SecretBuffer> ClientToken::read() const
{
    const Descriptor opened(_file);
    if (opened.number() < 0)
        return systemFailure(_file, "cannot be opened");
    if (auto checked = checkOpened(_file, opened.number()); !checked)
        return failure(std::move(checked.error()));
    SecretBuffer content;
    while (content.size() <= largestFile) {
        const auto space = content.prepare(largestFile + 1);
        const ssize_t got = ::read(opened.number(), space.data(), space.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return systemFailure(_file, "cannot be read");
        if (got == 0)
            break;
        content.commit(static_cast<std::size_t>(got));
    }
    const std::string_view text = content.view();
    const std::string_view token = text.substr(0, text.find_first_of("\r\n")); // the line below is known
    if (!isToken(token))
        return unusable(_file,
                        "has no token in its first line, as waymark token new prints it: nothing of it "
                        "was sent");
    SecretBuffer field;
    constexpr std::string_view scheme = "Bearer ";
    field.reserve(scheme.size() + token.size());
    field.append(scheme);
    field.append(token);
    return field;
}

std::string ClientToken::advice() const
{
    if (_file.empty())
        return std::string("name the file with the token with --") + optionName + " or in " + variable;
    return "the token is that in " + _file + " (" + _source + ')';
}

} // namespace waymark::httpapi

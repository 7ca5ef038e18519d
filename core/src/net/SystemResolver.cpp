#include "net/SystemResolver.h"

#include "base/CallGate.h"
#include "net/SocketAddress.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <netdb.h>
#include <pthread.h>
#include <system_error>
#include <thread>
#include <utility>

namespace waymark::net
{

namespace
{

using Addresses = std::vector<node::IpAddress>;

/// How long the end waits for lookups that are under way.
constexpr std::chrono::seconds patience{2};

tl::unexpected<Error> lookupFailure(const std::string& name, int code)
{
    const bool isUnknown = code == EAI_NONAME || code == EAI_NODATA;
    const auto kind = isUnknown           ? ErrorCode::notFound
                      : code == EAI_AGAIN ? ErrorCode::unavailable
                                          : ErrorCode::io;
    return failure(kind, "name " + name + ": " + ::gai_strerror(code));
}

Result<Addresses> askSystem(const std::string& name)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* first = nullptr;
    if (const int code = ::getaddrinfo(name.c_str(), nullptr, &hints, &first); code != 0)
        return lookupFailure(name, code);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(first, &::freeaddrinfo);
    Addresses found;
    for (const addrinfo* entry = first; entry != nullptr; entry = entry->ai_next) {
        sockaddr_storage storage{};
        std::memcpy(&storage, entry->ai_addr, std::min<std::size_t>(entry->ai_addrlen, sizeof storage));
        const auto endpoint = toEndpoint(storage);
        if (endpoint && std::ranges::find(found, endpoint->ip) == found.end())
            found.push_back(endpoint->ip);
    }
    if (found.empty())
        return lookupFailure(name, EAI_NODATA);
    return found;
}

} // namespace

struct SystemResolver::Request
{
    CallGate gate;
    std::string name;
    Completion completion;
};

struct SystemResolver::State
{
    explicit State(Lookup function) : lookup(std::move(function)) {}

    const Lookup lookup;
    std::mutex mutex;
    std::condition_variable ended;
    std::deque<std::shared_ptr<Request>> waiting;
    std::size_t threads = 0;
    bool isStopping = false;

    /// The next request; without one the thread is counted out.
    std::shared_ptr<Request> next()
    {
        const std::lock_guard lock(mutex);
        if (waiting.empty() || isStopping) {
            --threads;
            ended.notify_all();
            return nullptr;
        }
        auto request = std::move(waiting.front());
        waiting.pop_front();
        return request;
    }

    Result<Addresses> ask(const std::string& name) const noexcept
    {
        try {
            return lookup(name);
        } catch (const std::exception& error) {
            return refusal(error.what());
        } catch (...) {
            return refusal("");
        }
    }

    static Result<Addresses> refusal(const char* reason) noexcept
    {
        try {
            return failure(ErrorCode::unavailable, reason);
        } catch (const std::exception&) {
            return failure(ErrorCode::unavailable, "no memory"); // so short that it needs none
        }
    }

    bool isWanted()
    {
        const std::lock_guard lock(mutex);
        return !isStopping;
    }

    void work()
    {
        ::pthread_setname_np(::pthread_self(), "resolver");
        while (const auto request = next()) {
            const auto answer = ask(request->name);
            try {
                request->gate.pass([&] {
                    if (isWanted())
                        request->completion(answer);
                });
            } catch (...) { // NOLINT(bugprone-empty-catch)
                // Whoever asked has failed at it; the others still wait.
            }
        }
    }
};

SystemResolver::SystemResolver() : SystemResolver(askSystem) {}

SystemResolver::SystemResolver(Lookup lookup) : _state(std::make_shared<State>(std::move(lookup))) {}

SystemResolver::~SystemResolver()
{
    std::unique_lock lock(_state->mutex);
    _state->isStopping = true;
    _state->ended.wait_for(lock, patience, [this] { return _state->threads == 0; });
}

Subscription SystemResolver::resolve(std::string name, Completion completion)
{
    auto request = std::make_shared<Request>();
    request->name = std::move(name);
    request->completion = std::move(completion);
    // Made first: nothing may be under way that nobody can end.
    Subscription subscription([request] { request->gate.shut(); });
    std::string refusal;
    {
        const std::lock_guard lock(_state->mutex);
        if (_state->waiting.size() == mostWaiting)
            refusal = "too many names are being looked up";
        else if (_state->threads < mostThreads) {
            try {
                std::thread([state = _state] { state->work(); }).detach();
                ++_state->threads;
            } catch (const std::system_error& error) {
                if (_state->threads == 0)
                    refusal = std::string("no thread can be had: ") + error.what();
            }
        }
        if (refusal.empty())
            _state->waiting.push_back(request);
    }
    if (!refusal.empty())
        request->completion(failure(ErrorCode::unavailable, "name " + request->name + ": " + refusal));
    return subscription;
}

Resolver& systemResolver()
{
    // Never destroyed: that would wait for what is under way.
    static const auto resolver = new SystemResolver; // NOLINT(cppcoreguidelines-owning-memory): see above
    return *resolver;
}

} // namespace waymark::net

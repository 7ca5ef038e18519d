#include <waymark/host/HostError.h>
#include <waymark/testkit/Bootnode.h>

#include <exception>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <waymark_embed.h>

using waymark::testkit::Bootnode;
using waymark::testkit::BootnodeOptions;

struct waymark_bootnode
{
    explicit waymark_bootnode(BootnodeOptions options) : node(std::move(options)) {}

    Bootnode node;
    std::set<std::string> answers; ///< what was ever handed out; each string stays where it is
};

namespace
{

thread_local std::string lastError;

/// A call that makes no sense.
class Misuse : public std::logic_error
{
    using std::logic_error::logic_error;
};

/// Runs a call; whatever it throws becomes a code and a text, and crosses no boundary.
template <class Function>
int guarded(Function&& function) noexcept
{
    try {
        lastError.clear();
        return std::forward<Function>(function)();
    } catch (const waymark::host::HostError& error) {
        lastError = error.what();
        return static_cast<int>(error.code());
    } catch (const waymark::testkit::AwaitError& error) {
        lastError = error.what();
        return WAYMARK_EMBED_TIMEOUT;
    } catch (const std::logic_error& error) {
        lastError = error.what();
        return WAYMARK_EMBED_MISUSE;
    } catch (const std::exception& error) {
        lastError = error.what();
        return WAYMARK_EMBED_INTERNAL;
    } catch (...) {
        lastError = "something was thrown that is no std::exception";
        return WAYMARK_EMBED_INTERNAL;
    }
}

template <class Type>
Type& given(Type* pointer, const char* what)
{
    if (pointer == nullptr)
        throw Misuse(std::string(what) + " is NULL");
    return *pointer;
}

/// "name=value" texts, ended by a null pointer.
std::map<std::string, std::string> pairs(const char* const* texts)
{
    std::map<std::string, std::string> made;
    for (; texts != nullptr && *texts != nullptr; ++texts) {
        const std::string_view text = *texts;
        const auto split = text.find('=');
        if (split == std::string_view::npos)
            throw Misuse("'" + std::string(text) + "' is no name=value");
        made.insert_or_assign(std::string(text.substr(0, split)), std::string(text.substr(split + 1)));
    }
    return made;
}

int start(const char* const* properties, waymark_bootnode** node, bool manualTime)
{
    return guarded([&] {
        waymark_bootnode*& made = given(node, "node");
        made = nullptr;
        BootnodeOptions options;
        options.properties = pairs(properties);
        options.manualTime = manualTime;
        made = std::make_unique<waymark_bootnode>(std::move(options)).release();
        return WAYMARK_EMBED_OK;
    });
}

template <class Function>
int act(waymark_bootnode* node, Function&& function)
{
    return guarded([&] {
        function(given(node, "node").node);
        return WAYMARK_EMBED_OK;
    });
}

template <class Function>
const char* tell(waymark_bootnode* node, Function&& function)
{
    const char* told = nullptr;
    guarded([&] {
        waymark_bootnode& known = given(node, "node");
        told = known.answers.insert(function(known.node)).first->c_str();
        return WAYMARK_EMBED_OK;
    });
    return told;
}

} // namespace

const char* waymark_embed_version(void)
{
    return WAYMARK_VERSION;
}

const char* waymark_embed_error(void)
{
    return lastError.c_str();
}

int waymark_bootnode_start(const char* const* properties, waymark_bootnode** node)
{
    return start(properties, node, false);
}

int waymark_bootnode_start_manual_time(const char* const* properties, waymark_bootnode** node)
{
    return start(properties, node, true);
}

void waymark_bootnode_free(waymark_bootnode* node)
{
    delete node;
}

int waymark_bootnode_stop(waymark_bootnode* node)
{
    return act(node, [](Bootnode& bootnode) { bootnode.stop(); });
}

int waymark_bootnode_kill(waymark_bootnode* node)
{
    return act(node, [](Bootnode& bootnode) { bootnode.kill(); });
}

int waymark_bootnode_respawn(waymark_bootnode* node, unsigned flags)
{
    using waymark::testkit::Identity;
    using waymark::testkit::Ports;
    return act(node, [&](Bootnode& bootnode) {
        if ((flags & ~(WAYMARK_RESPAWN_FRESH_IDENTITY | WAYMARK_RESPAWN_FRESH_PORTS)) != 0)
            throw Misuse("unknown flags");
        bootnode.respawn((flags & WAYMARK_RESPAWN_FRESH_IDENTITY) != 0 ? Identity::fresh : Identity::same,
                         (flags & WAYMARK_RESPAWN_FRESH_PORTS) != 0 ? Ports::fresh : Ports::same);
    });
}

int waymark_bootnode_freeze(waymark_bootnode* node)
{
    return act(node, [](Bootnode& bootnode) { bootnode.freeze(); });
}

int waymark_bootnode_thaw(waymark_bootnode* node)
{
    return act(node, [](Bootnode& bootnode) { bootnode.thaw(); });
}

int waymark_bootnode_reload(waymark_bootnode* node, const char* const* changed)
{
    return guarded([&] {
        Bootnode& bootnode = given(node, "node").node;
        if (bootnode.reload(pairs(changed)))
            return WAYMARK_EMBED_OK;
        lastError = bootnode.events().tail();
        return WAYMARK_EMBED_REFUSED;
    });
}

int waymark_bootnode_advance(waymark_bootnode* node, uint64_t milliseconds)
{
    return act(node, [&](Bootnode& bootnode) { bootnode.advance(std::chrono::milliseconds(milliseconds)); });
}

int waymark_bootnode_await_event(waymark_bootnode* node, const char* event, unsigned milliseconds)
{
    return act(node, [&](Bootnode& bootnode) {
        bootnode.await(&given(event, "event"), {}, std::chrono::milliseconds(milliseconds));
    });
}

int waymark_bootnode_metric(waymark_bootnode* node, const char* name, const char* const* labels,
                            double* value)
{
    return act(node, [&](const Bootnode& bootnode) {
        given(value, "value") = bootnode.metric(&given(name, "name"), pairs(labels));
    });
}

int waymark_bootnode_await_metric(waymark_bootnode* node, const char* name, const char* const* labels,
                                  double least, unsigned milliseconds)
{
    return act(node, [&](Bootnode& bootnode) {
        bootnode.awaitMetric(
            &given(name, "name"), pairs(labels), [&](double value) { return value >= least; },
            std::chrono::milliseconds(milliseconds));
    });
}

const char* waymark_bootnode_enode(waymark_bootnode* node)
{
    return tell(node, [](const Bootnode& bootnode) { return bootnode.enode(); });
}

const char* waymark_bootnode_enr(waymark_bootnode* node)
{
    return tell(node, [](const Bootnode& bootnode) { return bootnode.enr(); });
}

const char* waymark_bootnode_udp(waymark_bootnode* node)
{
    return tell(node, [](const Bootnode& bootnode) { return bootnode.udp().toString(); });
}

const char* waymark_bootnode_http_url(waymark_bootnode* node)
{
    return tell(node, [](const Bootnode& bootnode) { return bootnode.rest().url(); });
}

const char* waymark_bootnode_folder(waymark_bootnode* node)
{
    return tell(node, [](const Bootnode& bootnode) { return bootnode.folder().string(); });
}

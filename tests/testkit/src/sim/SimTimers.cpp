#include <waymark/testkit/sim/SimTimers.h>

#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace waymark::testkit::sim
{

/// Keeps the functions in slots that are used again; a token names a slot and which use of it is meant.
class SimTimers::Timetable final : public EventHandler
{
public:
    explicit Timetable(EventQueue& events) noexcept : _events(events) {}
    ~Timetable() override { _events.forget(*this); }
    Timetable(const Timetable&) = delete;
    Timetable& operator=(const Timetable&) = delete;

    std::uint64_t add(Duration delay, Duration interval, std::function<void()> function)
    {
        if (_free.empty()) {
            _free.push_back(static_cast<std::uint32_t>(_slots.size()));
            _slots.push_back(std::make_unique<Slot>());
        }
        const std::uint32_t number = _free.back();
        _free.pop_back();
        Slot& slot = *_slots[number];
        slot.function = std::move(function);
        slot.interval = interval;
        slot.active = true;
        const std::uint64_t token = std::uint64_t{slot.use} << 32 | number;
        _events.schedule(_events.now() + delay, *this, token);
        return token;
    }

    void cancel(std::uint64_t token)
    {
        Slot& slot = slotOf(token);
        if (slot.use == useOf(token) && slot.active) {
            slot.active = false;
            if (!slot.running)
                release(token);
        }
    }

    void fire(std::uint64_t token) override
    {
        Slot& slot = slotOf(token);
        if (slot.use != useOf(token))
            return;
        if (_halted) {
            _missed.push_back(token);
            return;
        }
        if (slot.interval > Duration::zero())
            _events.schedule(_events.now() + slot.interval, *this, token);
        slot.running = true;
        slot.function();
        slot.running = false;
        if (!slot.active || slot.interval == Duration::zero())
            release(token);
    }

    void halt() noexcept { _halted = true; }

    void proceed()
    {
        _halted = false;
        for (const std::uint64_t token : std::exchange(_missed, {}))
            _events.schedule(_events.now(), *this, token);
    }

private:
    struct Slot
    {
        std::function<void()> function;
        Duration interval{0}; ///< zero: once
        std::uint32_t use = 0;
        bool active = false;
        bool running = false;
    };

    static std::uint32_t useOf(std::uint64_t token) noexcept
    {
        return static_cast<std::uint32_t>(token >> 32);
    }
    Slot& slotOf(std::uint64_t token) noexcept { return *_slots[static_cast<std::uint32_t>(token)]; }

    void release(std::uint64_t token)
    {
        Slot& slot = slotOf(token);
        slot.active = false;
        ++slot.use;
        _free.push_back(static_cast<std::uint32_t>(token));
        // What it holds may set or end timers when it goes.
        const auto last = std::exchange(slot.function, nullptr);
    }

    EventQueue& _events;
    std::vector<std::unique_ptr<Slot>> _slots;
    std::vector<std::uint32_t> _free;
    std::vector<std::uint64_t> _missed;
    bool _halted = false;
};

SimTimers::SimTimers(EventQueue& events) : _timetable(std::make_shared<Timetable>(events)) {}

SimTimers::~SimTimers() = default;

Subscription SimTimers::after(Duration delay, std::function<void()> function)
{
    return add(delay, Duration::zero(), std::move(function));
}

Subscription SimTimers::every(Duration interval, std::function<void()> function)
{
    if (interval <= Duration::zero())
        throw std::invalid_argument("a timer needs an interval above zero, or virtual time stands still");
    return add(interval, interval, std::move(function));
}

Subscription SimTimers::add(Duration delay, Duration interval, std::function<void()> function)
{
    const auto token = _timetable->add(delay, interval, std::move(function));
    return Subscription([timetable = std::weak_ptr<Timetable>(_timetable), token] {
        if (const auto alive = timetable.lock())
            alive->cancel(token);
    });
}

void SimTimers::halt() noexcept
{
    _timetable->halt();
}

void SimTimers::proceed()
{
    _timetable->proceed();
}

} // namespace waymark::testkit::sim

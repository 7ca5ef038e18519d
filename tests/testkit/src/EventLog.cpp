#include <waymark/testkit/EventLog.h>

#include <algorithm>

namespace waymark::testkit
{

std::string Event::toString() const
{
    std::string line = source + ' ' + name;
    for (const auto& [key, value] : fields)
        line += ' ' + key + '=' + value;
    return text.empty() ? line : line + ": " + text;
}

observe::LogObserver EventLog::observer()
{
    return [this](const observe::LogRecord& record) {
        add(record);
    };
}

void EventLog::add(const observe::LogRecord& record)
{
    Event event{
        record.level, std::string(record.source), std::string(record.event), {}, std::string(record.text)};
    for (const observe::LogField& field : record.fields)
        event.fields.emplace(field.key, field.value);
    {
        const std::lock_guard lock(_mutex);
        _events.push_back(std::move(event));
        if (_events.size() > capacity) {
            _events.pop_front();
            ++_forgotten;
        }
    }
    _changed.notify_all();
}

std::size_t EventLog::end() const
{
    const std::lock_guard lock(_mutex);
    return _forgotten + _events.size();
}

std::optional<Event> EventLog::await(std::string_view name, std::chrono::milliseconds deadline,
                                     std::size_t from, const Condition& condition) const
{
    std::optional<Event> found;
    std::unique_lock lock(_mutex);
    _changed.wait_for(lock, deadline, [&] {
        for (; from < _forgotten + _events.size() && !found; ++from) {
            const Event& event = _events[std::max(from, _forgotten) - _forgotten];
            if (event.name == name && (!condition || condition(event)))
                found = event;
        }
        return found.has_value();
    });
    return found;
}

void EventLog::awaitMore(std::size_t seen, std::chrono::milliseconds limit) const
{
    std::unique_lock lock(_mutex);
    _changed.wait_for(lock, limit, [&] { return _forgotten + _events.size() > seen; });
}

std::string EventLog::tail(std::size_t lines) const
{
    const std::lock_guard lock(_mutex);
    std::string text;
    for (std::size_t i = _events.size() - std::min(lines, _events.size()); i < _events.size(); ++i)
        text += _events[i].toString() + '\n';
    return text;
}

} // namespace waymark::testkit

#include "commands/load/Ledger.h"

#include <algorithm>

namespace waymark::discv4::load
{

namespace
{

/// An answer of so many nodes is whole.
constexpr std::size_t wholeAnswer = 16;
/// How far apart the datagrams of one answer come at most.
constexpr Duration grace = std::chrono::milliseconds(20);

} // namespace

Ledger::Ledger(std::size_t identities, Duration timeout) : _timeout(timeout), _questions(identities) {}

void Ledger::sent(Kind kind, const node::Hash256& hash, MonotonicTime intended, MonotonicTime now)
{
    ++countsOf(kind).sent;
    _named.emplace(hash, Named{intended, kind});
    _namedTimeouts.push_back({now + _timeout, hash});
}

void Ledger::findNodeSent(std::size_t identity, MonotonicTime intended, MonotonicTime now)
{
    ++countsOf(Kind::findNode).sent;
    Question& question = _questions[identity];
    question = {State::asking, question.number + 1, intended, 0};
    ++_asking;
    _questionTimeouts.push_back({now + _timeout, identity, question.number});
}

void Ledger::answered(Kind kind, Duration latency)
{
    Counts& counts = countsOf(kind);
    ++counts.answered;
    counts.latency.record(latency);
}

bool Ledger::named(const node::Hash256& requestHash, MonotonicTime now)
{
    const auto found = _named.find(requestHash);
    if (found == _named.end()) {
        ++_late;
        return false;
    }
    answered(found->second.kind, now - found->second.intended);
    _named.erase(found);
    return true;
}

bool Ledger::neighbors(std::size_t identity, std::size_t nodes, MonotonicTime now)
{
    Question& question = _questions[identity];
    question.nodes += nodes;
    const bool isFirst = question.state == State::asking;
    if (isFirst) {
        answered(Kind::findNode, now - question.intended);
        --_asking;
        question.state = State::resting;
        _rests.push_back({now + grace, identity, question.number});
    }
    if (question.state == State::resting && question.nodes >= wholeAnswer)
        wake(identity);
    else if (question.state == State::idle)
        ++_late;
    return isFirst;
}

void Ledger::wake(std::size_t identity)
{
    Question& question = _questions[identity];
    if (question.state != State::resting)
        return;
    question.state = State::idle;
    _idle.push_back(identity);
}

std::size_t Ledger::expire(MonotonicTime now)
{
    std::size_t lost = 0;
    for (; !_namedTimeouts.empty() && _namedTimeouts.front().due <= now; _namedTimeouts.pop_front()) {
        const auto found = _named.find(_namedTimeouts.front().hash);
        if (found == _named.end())
            continue;
        ++countsOf(found->second.kind).lost;
        _named.erase(found);
        ++lost;
    }
    for (; !_questionTimeouts.empty() && _questionTimeouts.front().due <= now;
         _questionTimeouts.pop_front()) {
        const Note note = _questionTimeouts.front();
        Question& question = _questions[note.identity];
        if (question.state != State::asking || question.number != note.number)
            continue;
        ++countsOf(Kind::findNode).lost;
        ++lost;
        --_asking;
        question.state = State::resting;
        question.nodes = 0;
        _longRests.push_back({now + _timeout, note.identity, note.number});
    }
    for (auto* const rests : {&_rests, &_longRests})
        for (; !rests->empty() && rests->front().due <= now; rests->pop_front())
            if (_questions[rests->front().identity].number == rests->front().number)
                wake(rests->front().identity);
    return lost;
}

std::optional<MonotonicTime> Ledger::nextDue() const
{
    std::optional<MonotonicTime> due;
    const auto consider = [&](const auto& notes) {
        if (!notes.empty())
            due = due ? std::min(*due, notes.front().due) : notes.front().due;
    };
    consider(_namedTimeouts);
    consider(_questionTimeouts);
    consider(_rests);
    consider(_longRests);
    return due;
}

std::optional<std::size_t> Ledger::takeIdle()
{
    if (_idle.empty())
        return std::nullopt;
    const std::size_t identity = _idle.front();
    _idle.pop_front();
    return identity;
}

} // namespace waymark::discv4::load

#pragma once

namespace waymark::testkit::fault
{

/// Makes pthread_create fail with EAGAIN in the whole process after so many threads, while it lives. A
/// program gets this, with a pthread_create of its own, by linking waymark-testkit-threads.
class FailingThreads
{
public:
    explicit FailingThreads(int successes) noexcept;
    FailingThreads(const FailingThreads&) = delete;
    FailingThreads& operator=(const FailingThreads&) = delete;
    ~FailingThreads();

    /// Whether a thread was refused.
    bool hasFailed() const noexcept;
};

} // namespace waymark::testkit::fault

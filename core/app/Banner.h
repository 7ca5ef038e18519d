#pragma once

#include "observe/LogFormat.h"

#include <mutex>
#include <ostream>
#include <string>

namespace waymark::app
{

/// What a person who starts the daemon by hand wants to know. It is put together from two log events, whoever
/// writes them: `node.identity` (enode, enr) and `http.listening` (url). So no plugin has to know of
/// it.
class Banner
{
public:
    /// For HostOptions::logObserver; any thread.
    void see(const observe::LogRecord& record);

    void print(std::ostream& out) const;

private:
    mutable std::mutex _mutex;
    std::string _enode;
    std::string _enr;
    std::string _url;
};

} // namespace waymark::app

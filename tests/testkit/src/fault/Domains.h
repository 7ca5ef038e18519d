#pragma once

#include "Domain.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

namespace waymark::testkit::fault
{

/// The domains of the process. Any thread.
class Domains
{
public:
    static Domains& all();

    /// Throws std::logic_error when one folder holds the other's.
    std::shared_ptr<Domain> add(const std::filesystem::path& folder);
    void remove(const std::shared_ptr<Domain>& domain);
    /// Nothing for a file that lies in none.
    std::shared_ptr<Domain> find(const std::filesystem::path& file) const;

private:
    mutable std::mutex _mutex; ///< guards _domains
    std::vector<std::shared_ptr<Domain>> _domains;
};

} // namespace waymark::testkit::fault

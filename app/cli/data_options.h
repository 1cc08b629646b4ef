#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/calibration/dataset.h"
#include "core/calibration/store.h"

namespace CLI {
class App;
}

namespace roundoff::cli {

/// How DATA is to be read: the options that every command with data takes.
struct DataOptions {
    std::string mean, std, scale, layout, resize, channels;
    std::size_t window = 0;
    std::vector<std::string> dims;
    bool noCache = false;

    /// Refuses what would say how DATA are read where there are none.
    /// @param madeUp inputs are made up then: their sizes count
    [[nodiscard]] Result<void> check(bool data, bool madeUp) const;
    /// DATA as one of the command's options gives it, to be read like this.
    [[nodiscard]] Result<calibration::DataSource> source(const std::string& data, std::uint64_t seed) const;
    /// Where calibrations are kept; nothing with --no-cache.
    [[nodiscard]] std::optional<calibration::Store> store() const;
};
void addDataOptions(CLI::App& app, DataOptions& options);
/// --no-cache, of the commands that calibrate.
void addCacheOption(CLI::App& app, DataOptions& options);

}  // namespace roundoff::cli

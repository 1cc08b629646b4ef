#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/calibration/dataset.h"

namespace CLI {
class App;
}

namespace roundoff::cli {

/// How DATA is to be read: the options that every command with data takes.
struct DataOptions {
    std::string mean, std, layout, resize, channels;
    std::optional<double> scale;
    std::size_t window = 0;
    std::vector<std::string> dims;

    /// DATA as one of the command's options gives it, to be read like this.
    [[nodiscard]] Result<calibration::DataSource> source(const std::string& data, std::uint64_t seed) const;
};
void addDataOptions(CLI::App& app, DataOptions& options);

}  // namespace roundoff::cli

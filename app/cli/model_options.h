#pragma once
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/calibration/dataset.h"
#include "core/model/model.h"

namespace CLI {
class App;
}

namespace roundoff::cli {

/// The float model, and what is done to it before anything else.
struct ModelOptions {
    std::string path, preprocess;

    /// The model, with the steps that are asked for done and proven on the data.
    [[nodiscard]] Result<model::Model> open(const calibration::DataSource& data, Job& job) const;
    /// Refuses steps that there are not; before any work begins.
    [[nodiscard]] Result<void> check() const;
};
void addModelOptions(CLI::App& app, ModelOptions& options);

}  // namespace roundoff::cli

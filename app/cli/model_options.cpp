#include "app/cli/model_options.h"

#include <CLI/CLI.hpp>

#include "core/formats/format.h"
#include "core/preprocessing/preprocess.h"

namespace roundoff::cli {

Result<void> ModelOptions::check() const {
    const auto steps = preprocessing::parseSteps(preprocess);
    if (!steps) return propagate(steps);
    return {};
}

Result<model::Model> ModelOptions::open(const calibration::DataSource& data, Job& job) const {
    const auto steps = preprocessing::parseSteps(preprocess);
    if (!steps) return propagate(steps);
    Job opening = job.part(0, steps->empty() ? 1 : 0.1);
    auto model = formats::openModel(path, opening);
    if (!model || steps->empty()) return model;
    Job changing = job.part(0.1, 0.9);
    return preprocessing::preprocess(*model, *steps, data, changing);
}

void addModelOptions(CLI::App& app, ModelOptions& options) {
    std::string ids;
    for (const preprocessing::Step& step : preprocessing::steps()) ids.append(ids.empty() ? "" : ", ").append(step.id);
    app.add_option("MODEL", options.path, "the float model")->required();
    app.add_option("--preprocess", options.preprocess,
                   "make the model simpler first, its outputs proven the same: all, or some of " + ids + " with commas between")
        ->type_name("STEPS");
}

}  // namespace roundoff::cli

#pragma once
#include <vector>

#include "core/exports/target.h"
#include "core/speed/bench.h"

namespace roundoff::speed {

/// What a layer is exported to; `target` is null where it stays float, for a reason.
struct Choice {
    const exports::Target* target = nullptr;
    analysis::Status status = analysis::Status::Kept;
    std::string reason;
};

struct BenchPlan {
    std::vector<Choice> layers;               ///< parallel to Model::layers()
    const exports::Target* whole = nullptr;   ///< the target that holds most of them
    analysis::Recipe recipe;                  ///< for `whole`: what it cannot hold is float
};
Result<BenchPlan> planBench(const model::Model& model, const analysis::Recipe& recipe, const BenchOptions& options);

/// Exports without the proof, to be run. Finds the ranges of static activations in the data.
Result<exports::Exported> exportToRun(const model::Model& model, const analysis::Recipe& recipe, const exports::Target& target,
                                      const std::filesystem::path& path, const BenchOptions& options, Job& job);
/// Likewise of a layer's own model, which sees one sample.
Result<exports::Exported> exportToRun(const model::Model& model, const analysis::Recipe& recipe, const exports::Target& target,
                                      const std::filesystem::path& path, const runtime::Sample& sample, Job& job);

}  // namespace roundoff::speed

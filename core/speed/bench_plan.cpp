#include "core/speed/bench_plan.h"

#include <algorithm>
#include <map>

#include "core/analysis/run.h"
#include "core/calibration/calibration.h"
#include "core/calibration/observer.h"
#include "core/exports/plan.h"
#include "core/schemes/tiling.h"
#include "core/speed/layer_model.h"

namespace roundoff::speed {
namespace {

using analysis::Status;
using exports::Target;

/// Those whose files compute with the codes, the most general first.
constexpr const char* kPreferred[] = {"onnx-qdq", "onnx-dynamic", "onnx-matmulnbits"};

Result<std::vector<const Target*>> candidates(const std::string& id) {
    std::vector<const Target*> out;
    if (id.empty()) {
        for (const char* preferred : kPreferred)
            if (const Target* target = exports::findTarget(preferred)) out.push_back(target);
        return out;
    }
    if (const Target* target = exports::findTarget(id)) return std::vector{target};
    std::string known;
    for (const Target& target : exports::targets()) known.append(known.empty() ? "" : ", ").append(target.id);
    return usage("--to", "there is no target '" + id + "'", "There are " + known);
}

Choice choose(const model::Layer& layer, const schemes::Scheme& scheme, const std::vector<const Target*>& targets) {
    const auto tiling = schemes::tilingOf(layer.shape, layer.outputAxis, layer.reductionAxis, scheme.weight);
    if (!tiling) return {nullptr, Status::Skipped, tiling.error().what};
    std::string reason;
    for (const Target* target : targets) {
        const std::string why = target->whyNot(layer, scheme);
        if (why.empty()) return {target, Status::Quantized, ""};
        if (reason.empty()) reason = fmt::format("{} cannot hold it: {}", target->id, why);
    }
    return {nullptr, Status::Skipped, reason};
}

}  // namespace

Result<BenchPlan> planBench(const model::Model& model, const analysis::Recipe& recipe, const BenchOptions& options) {
    const auto targets = candidates(options.target);
    if (!targets) return propagate(targets);
    BenchPlan plan;
    std::map<const Target*, std::size_t> held;
    analysis::Recipe possible;
    for (const model::Layer& layer : model.layers()) {
        const schemes::Scheme& scheme = recipe.schemeOf(layer.name);
        Choice choice = layer.stored || scheme.isFloat() ? Choice{} : choose(layer, scheme, *targets);
        // A scheme that fits no such shape is float to the planner, which would refuse it.
        if (schemes::tilingOf(layer.shape, layer.outputAxis, layer.reductionAxis, scheme.weight)) possible.layers[layer.name] = scheme;
        plan.layers.push_back(std::move(choice));
    }
    exports::ExportOptions selection;
    selection.only = options.only;
    selection.exclude = options.exclude;
    Target any = **targets->begin();
    any.whyNot = [](const model::Layer&, const schemes::Scheme&) { return std::string(); };
    const auto planned = exports::planLayers(model, possible, any, selection);
    if (!planned) return propagate(planned);
    for (std::size_t i = 0; i < plan.layers.size(); ++i) {
        Choice& choice = plan.layers[i];
        if ((*planned)[i].status == Status::Kept && possible.layers.contains(model.layers()[i].name))
            choice = {nullptr, Status::Kept, (*planned)[i].reason};
        if (choice.target) ++held[choice.target];
    }
    for (const Target* target : *targets)
        if (held[target] > 0 && (!plan.whole || held[target] > held[plan.whole])) plan.whole = target;
    for (std::size_t i = 0; plan.whole && i < plan.layers.size(); ++i) {
        const model::Layer& layer = model.layers()[i];
        const schemes::Scheme& scheme = recipe.schemeOf(layer.name);
        if (plan.layers[i].target && plan.whole->whyNot(layer, scheme).empty()) plan.recipe.layers[layer.name] = scheme;
    }
    return plan;
}

Result<exports::Exported> exportToRun(const model::Model& model, const analysis::Recipe& recipe, const Target& target,
                                      const std::filesystem::path& path, const BenchOptions& options, Job& job) {
    exports::ExportOptions how;
    how.verify = false;
    const auto values = exports::calibratedValues(model, recipe, target, how);
    if (!values) return propagate(values);
    if (!values->empty()) {
        auto seen = calibration::calibrate(model, *values, options.data, analysis::detailFor(recipe), job,
                                           options.store ? &*options.store : nullptr);
        if (!seen) return propagate(seen);
        how.calibration = std::make_shared<const calibration::Calibration>(std::move(*seen));
    }
    return exports::exportModel(model, recipe, target, path, how, job);
}

Result<exports::Exported> exportToRun(const model::Model& model, const analysis::Recipe& recipe, const Target& target,
                                      const std::filesystem::path& path, const runtime::Sample& sample, Job& job) {
    exports::ExportOptions how;
    how.verify = false;
    const auto values = exports::calibratedValues(model, recipe, target, how);
    if (!values) return propagate(values);
    if (!values->empty()) {
        const auto captured = captureValues(model, *values, sample, job);
        if (!captured) return propagate(captured);
        auto seen = std::make_shared<calibration::Calibration>();
        seen->samples = 1;
        seen->conditions = "1 sample of the layer's own input";
        for (std::size_t i = 0; i < values->size(); ++i) {
            const runtime::NamedTensor& value = (*captured)[i];
            std::vector<float> floats(value.view().count());
            tensor::readFloats(value.view(), 0, floats);
            calibration::observe({tensor::ElementType::Float32, value.shape, std::as_bytes(std::span(floats))}, analysis::detailFor(recipe),
                                 seen->values[(*values)[i]]);
        }
        how.calibration = std::move(seen);
    }
    return exports::exportModel(model, recipe, target, path, how, job);
}

}  // namespace roundoff::speed

#include "core/analysis/compare.h"

#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <chrono>
#include <mutex>

#include "core/analysis/findings.h"
#include "core/analysis/layer_pass.h"

namespace roundoff::analysis {
namespace {

/// Why a layer stays as it is, whatever the recipe; empty where it can be quantized.
struct Standing {
    Status status = Status::Quantized;
    std::string reason;
};

Standing standingOf(const model::Model& model, const model::Layer& layer, const std::string& leftOut) {
    const model::Tensor& tensor = model.tensors()[layer.weight];
    if (layer.stored) return {Status::Kept, fmt::format("already quantized: {}", layer.stored->description)};
    if (!tensor::isFloat(tensor.type)) return {Status::Skipped, fmt::format("the weight is {}", tensor::name(tensor.type))};
    if (layer.parameters == 0) return {Status::Skipped, "the weight is empty"};
    if (!leftOut.empty()) return {Status::Kept, leftOut};
    return {};
}

LayerResult compareLayer(const model::Model& model, std::size_t index, std::span<const Recipe> recipes, const std::string& leftOut,
                         Job& job) {
    const model::Layer& layer = model.layers()[index];
    const model::Tensor& tensor = model.tensors()[layer.weight];
    const Standing standing = standingOf(model, layer, leftOut);
    LayerResult result{index, std::nullopt, std::vector<LayerReport>(recipes.size())};
    std::vector<schemes::TensorScheme> wanted;
    std::vector<std::size_t> columns;
    for (std::size_t c = 0; c < recipes.size(); ++c) {
        LayerReport& report = result.reports[c];
        report.scheme = recipes[c].schemeOf(layer.name);
        report.parameters = layer.parameters;
        report.bytesBefore = report.bytesAfter = tensor.bytes;
        report.status = standing.status;
        report.reason = standing.reason;
        if (standing.status != Status::Quantized) continue;
        const auto tiling = schemes::tilingOf(tensor.shape, layer.outputAxis, layer.reductionAxis,
                                              report.scheme.weight);
        if (report.scheme.isFloat()) {
            report.status = Status::Kept;
            report.reason = "the scheme is float";
        } else if (!tiling) {
            report.status = Status::Skipped;
            report.reason = tiling.error().what;
        } else {
            report.bytesAfter = schemes::quantizedBytes(report.scheme.weight, layer.parameters, tiling->scales(),
                                                        schemes::scaleTypeOf(tensor.type));
            wanted.push_back(report.scheme.weight);
            columns.push_back(c);
        }
    }
    if (!tensor::isFloat(tensor.type) || layer.stored || layer.parameters == 0) return result;

    auto data = model.weight(layer);
    auto pass = data ? passOver(data->view, layer, wanted, nullptr, job) : Result<LayerPass>(propagate(data));
    model.release(layer.weight);
    if (!pass) {
        for (LayerReport& report : result.reports) {
            report.status = pass.error().code == ErrorCode::Cancelled ? Status::Pending : Status::Skipped;
            report.reason = pass.error().line();
            report.bytesAfter = report.bytesBefore;
        }
        return result;
    }
    result.statistics = std::move(pass->statistics);
    for (std::size_t i = 0; i < columns.size(); ++i) result.reports[columns[i]].weight = pass->errors[i];
    return result;
}

}  // namespace

Result<Comparison> compare(const model::Model& model, std::span<const Recipe> recipes, const CompareOptions& options,
                           Job& job) {
    const auto start = std::chrono::steady_clock::now();
    const auto reasons = leftOut(model, options.selection);
    if (!reasons) return propagate(reasons);
    const auto& layers = model.layers();
    Comparison comparison;
    comparison.statistics.resize(layers.size());
    for (const Recipe& recipe : recipes) {
        Report report;
        report.recipe = recipe;
        report.layers.resize(layers.size());
        for (std::size_t i = 0; i < layers.size(); ++i) {
            report.layers[i].scheme = recipe.schemeOf(layers[i].name);
            report.layers[i].parameters = layers[i].parameters;
            report.layers[i].bytesBefore = report.layers[i].bytesAfter = model.tensors()[layers[i].weight].bytes;
        }
        comparison.reports.push_back(std::move(report));
    }

    std::vector<std::size_t> work = options.layers;
    if (work.empty())
        for (std::size_t i = 0; i < layers.size(); ++i) work.push_back(i);
    double total = 0, done = 0;
    for (const std::size_t i : work) total += double(model.tensors()[layers[i].weight].bytes);
    std::mutex delivery;  // one finished layer at a time
    const int most = tbb::info::default_concurrency();
    tbb::task_arena arena(job.threads() > 0 ? std::min(job.threads(), most) : most);
    arena.execute([&] {
        tbb::parallel_for(
            tbb::blocked_range<std::size_t>(0, work.size(), 1),
            [&](const tbb::blocked_range<std::size_t>& range) {
                for (std::size_t w = range.begin(); w < range.end() && !job.cancelled(); ++w) {
                    const std::size_t i = work[w];
                    LayerResult result = compareLayer(model, i, recipes, (*reasons)[i], job);
                    if (job.cancelled()) return;
                    const std::lock_guard lock(delivery);
                    comparison.statistics[i] = result.statistics;
                    for (std::size_t c = 0; c < recipes.size(); ++c)
                        comparison.reports[c].layers[i] = result.reports[c];
                    done += double(model.tensors()[layers[i].weight].bytes);
                    job.progress(done, total, layers[i].name);
                    if (options.onLayer) options.onLayer(result);
                }
            },
            tbb::simple_partitioner());
    });

    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (Report& report : comparison.reports) {
        report.seconds = seconds;
        report.partial = report.total().pending > 0;
    }
    comparison.findings = findings(model, comparison);
    return comparison;
}

}  // namespace roundoff::analysis

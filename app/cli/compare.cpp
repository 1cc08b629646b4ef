#include "core/analysis/compare.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "app/cli/all.h"
#include "app/cli/data_options.h"
#include "app/cli/model_options.h"
#include "core/analysis/run.h"
#include "core/base/sha256_memo.h"
#include "core/reports/conditions.h"

namespace roundoff::cli {
namespace {

struct Arguments {
    ModelOptions model;
    std::vector<std::string> schemes;
    std::string calibration, evaluation;
    DataOptions reading;
    bool ranking = false;
};

Result<std::vector<analysis::Recipe>> recipesOf(const std::vector<std::string>& texts) {
    std::vector<analysis::Recipe> out;
    for (const std::string& text : texts) {
        auto scheme = schemes::parseScheme(text);
        if (!scheme) return propagate(scheme);
        out.push_back({std::move(*scheme), {}});
    }
    return out;
}

/// The asked-for reports, in the order of the registry; the table where none is asked for.
Result<void> write(const model::Model& model, const analysis::Comparison& comparison, const reports::Context& context,
                   const Options& options, Console& console) {
    const bool asked = std::ranges::any_of(options.outputs, [](const auto& entry) { return !entry.second.empty(); });
    for (const reports::Writer& writer : reports::writers()) {
        const std::string path = asked ? options.output(std::string(writer.id)) : writer.id == "text" ? "-" : "";
        if (path.empty()) continue;
        const auto text = writer.write(model, comparison, context);
        if (!text) return propagate(text);
        if (auto done = console.write(path, *text); !done) return done;
    }
    return {};
}

Result<int> compare(const Arguments& arguments, const Options& options, Console& console) {
    if (auto checked = arguments.reading.check(!arguments.calibration.empty() || !arguments.evaluation.empty(),
                                               !arguments.model.preprocess.empty());
        !checked)
        return propagate(checked);
    analysis::RunOptions running;
    running.ranking = arguments.ranking;
    running.store = arguments.reading.store();
    running.memoryLimit = options.memoryLimit.value_or(0);
    for (auto [text, into] : {std::pair(&arguments.calibration, &running.calibration), std::pair(&arguments.evaluation, &running.evaluation)}) {
        if (text->empty()) continue;
        const auto source = arguments.reading.source(*text, options.seed);
        if (!source) return propagate(source);
        *into = *source;
    }
    if (running.ranking && !running.calibration)
        return usage("--one-at-a-time", "there is no data to run the model on", "Give --calib DATA");
    if (auto checked = check(options, arguments.model.path); !checked) return propagate(checked);
    if (auto checked = arguments.model.check(); !checked) return propagate(checked);
    const auto recipes = recipesOf(arguments.schemes);
    if (!recipes) return propagate(recipes);
    Job opening = console.job().part(0, 0.005);
    const auto data = arguments.reading.source({}, options.seed);
    if (!data) return propagate(data);
    const auto model = arguments.model.open(running.calibration.value_or(running.evaluation.value_or(*data)), opening);
    if (!model) return propagate(model);
    if (auto checked = checkMemory(options, *model); !checked) return propagate(checked);
    reports::Context context = options.context("compare");
    Job hashing = console.job().part(0.005, 0.005);
    const auto hash = sha256FileOnce(model->info().path, hashing);
    if (!hash) return propagate(hash);
    context.sha256 = *hash;

    const bool runs = running.calibration || running.evaluation;
    Job comparing = console.job().part(0.01, runs ? 0.2 : 0.99);
    analysis::CompareOptions how;
    how.selection = {options.layers, options.exclude};
    auto comparison = analysis::compare(*model, *recipes, how, comparing);
    if (!comparison) return propagate(comparison);
    Result<void> ran;
    calibration::Calibration calibration;
    if (runs && !reports::partial(*comparison)) {
        Job rest = console.job().part(0.21, 0.79);
        ran = analysis::run(*model, *comparison, running, calibration, rest);
    }
    const bool stopped = !ran && ran.error().code == ErrorCode::Cancelled;
    for (analysis::Report& report : comparison->reports) report.partial = report.partial || stopped;
    if (auto written = write(*model, *comparison, context, options, console); !written) return propagate(written);
    // What is known of the weights is written all the same.
    if (!ran && !stopped) return propagate(ran);
    if (reports::partial(*comparison) || stopped)
        return failure(ErrorCode::Cancelled, "compare", "cancelled; what was finished is written and marked partial");
    return 0;
}

}  // namespace

Command compareCommand() {
    return {
        "compare",
        "error, size and range of every layer under each scheme",
        {"text", "json", "csv", "html"},
        [](CLI::App& app, const Options& options) -> Work {
            auto arguments = std::make_shared<Arguments>();
            addModelOptions(app, arguments->model);
            app.add_option("--scheme", arguments->schemes, "how to quantize, e.g. int4:g32:asym; may be given again")
                ->required()
                ->allow_extra_args(false)
                ->type_name("S");
            app.add_option("--calib", arguments->calibration,
                           "run the layers on this: ranges of static activations, error of each layer's output")
                ->type_name("DATA");
            app.add_option("--eval", arguments->evaluation,
                           "run the whole model on this: perplexity, accuracy, or error of its outputs")
                ->type_name("DATA");
            app.add_flag("--one-at-a-time", arguments->ranking,
                         "rank the layers: quantize each alone, and all but each, and measure the model's output (--calib)");
            addDataOptions(app, arguments->reading);
            addCacheOption(app, arguments->reading);
            return [arguments, &options](Console& console) { return compare(*arguments, options, console); };
        }};
}

}  // namespace roundoff::cli

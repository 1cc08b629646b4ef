#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/all.h"
#include "app/cli/data_options.h"
#include "app/cli/model_options.h"
#include "app/cli/output.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/exports/target.h"
#include "core/reports/conditions.h"
#include "core/reports/nodes.h"
#include "core/speed/faster.h"

namespace roundoff::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kLargestRecipe = 16'000'000;

struct Arguments {
    ModelOptions model;
    std::string scheme, recipe, target, out, data;
    bool onlyFaster = false, noVerify = false, externalData = false;
    DataOptions reading;
};

Result<analysis::Recipe> recipeOf(const Arguments& arguments) {
    if (arguments.scheme.empty() == arguments.recipe.empty())
        return usage("export", "it takes either --scheme or --recipe", "Give one of them");
    if (!arguments.scheme.empty()) {
        auto scheme = schemes::parseScheme(arguments.scheme);
        if (!scheme) return propagate(scheme);
        return analysis::Recipe{std::move(*scheme), {}};
    }
    const auto text = readFile(arguments.recipe, kLargestRecipe);
    if (!text) return propagate(text);
    return analysis::parseRecipe(*text, arguments.recipe);
}

Result<const exports::Target*> targetOf(const std::string& id) {
    if (const exports::Target* found = exports::findTarget(id)) return found;
    std::string known;
    for (const exports::Target& target : exports::targets()) known.append(known.empty() ? "" : ", ").append(target.id);
    return usage("--to", fmt::format("there is no target '{}'", id), "There are " + known);
}

Json exportedJson(const exports::Exported& exported) {
    Json out = {
        {"files", Json::array()}, {"bytes", exported.bytes}, {"notes", exported.notes}, {"layers", Json::array()}};
    for (const auto& file : exported.files) out["files"].push_back(file.string());
    for (const exports::ExportedLayer& layer : exported.layers)
        out["layers"].push_back({{"name", layer.name},
                                 {"status", analysis::name(layer.status)},
                                 {"reason", layer.reason},
                                 {"scheme", schemes::text(layer.scheme)}});
    if (!exported.nodes.empty()) out["nodes"] = reports::nodesJson(exported.nodes);
    if (exported.verification) out.update(verificationJson(*exported.verification));
    return out;
}

std::string exportedText(const model::Model& model, const exports::Exported& exported) {
    std::string out;
    for (const auto& file : exported.files) out += printable(file.string()) + '\n';
    std::size_t quantized = 0;
    std::string others;
    for (const exports::ExportedLayer& layer : exported.layers) {
        if (layer.status == analysis::Status::Quantized)
            ++quantized;
        else
            others += fmt::format("  {} {}: {}\n", analysis::name(layer.status), printable(layer.name),
                                  printable(layer.reason));
    }
    out += fmt::format("{} → {}, {} of {} layers quantized\n", bytesText(model.info().bytes), bytesText(exported.bytes),
                       quantized, exported.layers.size());
    out += others;
    for (const auto& note : exported.notes) out += "  " + printable(note) + '\n';
    if (!exported.verification) return out + "Not verified.\n";
    return out + verificationText(*exported.verification);
}

/// @param opened the model, as soon as it is open
Result<int> work(const Arguments& arguments, const Options& options, Console& console, std::optional<model::Model>& opened) {
    if (arguments.out == "-") return usage("-o", "a model is not written to standard output", "Name a file");
    if (auto checked = check(options, arguments.model.path); !checked) return propagate(checked);
    if (auto checked = checkWritable("-o", arguments.out); !checked) return propagate(checked);
    for (const auto& [writer, path] : options.outputs)
        if (path == arguments.out) return usage("--" + writer, path + " is where the model goes", "Name another file");
    auto recipe = recipeOf(arguments);
    if (!recipe) return propagate(recipe);
    const auto target = targetOf(arguments.target);
    if (!target) return propagate(target);
    if (auto checked = arguments.reading.check(!arguments.data.empty(), true); !checked) return propagate(checked);
    const auto data = arguments.reading.source(arguments.data, options.seed);
    if (!data) return propagate(data);
    std::error_code error;
    if (std::filesystem::equivalent(arguments.out, arguments.model.path, error))
        return usage("-o", arguments.out + " is the model itself", "Name another file");

    Job opening = console.job().part(0, 0.01);
    const auto model = arguments.model.open(*data, opening);
    if (!model) return propagate(model);
    opened = *model;
    if (auto checked = checkMemory(options, *model); !checked) return propagate(checked);
    if (auto known = analysis::checkLayers(*recipe, *model, arguments.recipe); !known) return propagate(known);
    exports::ExportOptions how;
    how.verify = !arguments.noVerify;
    how.externalData = arguments.externalData;
    how.data = *data;
    how.only = options.layers;
    how.exclude = options.exclude;
    // Said before anything is measured: made-up ranges are used where asked for alone.
    if (arguments.data.empty())
        if (auto known = exports::checkRanges(*model, *recipe, **target, how); !known) return propagate(known);
    std::vector<std::string> measured;
    if (arguments.onlyFaster) {
        speed::BenchOptions timing;
        timing.data = *data;
        timing.store = arguments.reading.store();
        timing.target = arguments.target;
        timing.only = options.layers;
        timing.exclude = options.exclude;
        Job timingJob = console.job().part(0.01, 0.54);
        auto faster = speed::onlyFaster(*model, *recipe, timing, timingJob);
        if (!faster) return propagate(faster);
        *recipe = std::move(faster->recipe);
        how.reasons = std::move(faster->reasons);
        measured = std::move(faster->notes);
    }
    const double begun = arguments.onlyFaster ? 0.55 : 0.01;
    Job observing = console.job().part(begun, 0.2);
    const auto store = arguments.reading.store();
    if (auto done = exports::findRanges(*model, *recipe, **target, how, store ? &*store : nullptr, observing); !done) return propagate(done);
    Job exporting = console.job().part(begun + 0.2, 0.8 - begun);
    auto exported = exports::exportModel(*model, *recipe, **target, arguments.out, how, exporting);
    if (!exported) return propagate(exported);
    if (how.calibration)
        for (const std::string& warning : how.calibration->warnings) exported->notes.push_back("WARNING: " + warning);
    exported->notes.insert(exported->notes.begin(), measured.begin(), measured.end());
    const auto prepared = reports::preprocessingLines(*model);
    exported->notes.insert(exported->notes.begin(), prepared.begin(), prepared.end());
    Json fields = {{"target", arguments.target}, {"recipe", Json::parse(analysis::recipeJson(*recipe))}};
    fields.update(exportedJson(*exported));
    if (auto written = finish("export", &*model, fields, exportedText(*model, *exported), options, console); !written)
        return propagate(written);
    return exported->verification && !exported->verification->ok() ? 1 : 0;
}

Result<int> exportIt(const Arguments& arguments, const Options& options, Console& console) {
    std::optional<model::Model> model;
    auto status = work(arguments, options, console, model);
    if (status || status.error().code != ErrorCode::Cancelled) return status;
    if (!options.output("json").empty())
        if (auto written = finish("export", model ? &*model : nullptr, {{"target", arguments.target}, {"cancelled", true}}, {}, options, console); !written)
            return propagate(written);
    std::error_code error;
    return failure(ErrorCode::Cancelled, "export",
                   std::filesystem::exists(arguments.out, error) ? "cancelled; " + arguments.out + " stands as it was"
                                                                 : "cancelled; nothing was written");
}

}  // namespace

Command exportCommand() {
    return {
        "export",
        "write the quantized model and prove the file",
        {"json"},
        [](CLI::App& app, const Options& options) -> Work {
            auto a = std::make_shared<Arguments>();
            addModelOptions(app, a->model);
            app.add_option("--scheme", a->scheme, "how to quantize every layer")->type_name("S");
            app.add_option("--recipe", a->recipe, "a recipe: one scheme and exceptions by layer")->type_name("FILE");
            app.add_option("--to", a->target, "see roundoff-cli targets")->required()->type_name("TARGET");
            app.add_option("-o", a->out, "the file to write")->required()->type_name("OUT");
            app.add_option("--calib", a->data, "finds the ranges of static activations, and inputs for the proof; or synthetic[:N]")->type_name("DATA");
            app.add_flag("--external-data", a->externalData, "weights beside the file; always so above 2 GB");
            app.add_flag("--only-faster", a->onlyFaster, "leave float what is measured to be no faster here, and the whole model never slower");
            app.add_flag("--no-verify", a->noVerify, "write without the proof");
            addDataOptions(app, a->reading);
            addCacheOption(app, a->reading);
            return [a, &options](Console& console) { return exportIt(*a, options, console); };
        }};
}

}  // namespace roundoff::cli

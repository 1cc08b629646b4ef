#include "core/speed/bench.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "app/cli/all.h"
#include "app/cli/data_options.h"
#include "app/cli/model_options.h"
#include "core/base/sha256_memo.h"
#include "core/reports/timing.h"
#include "core/speed/projection.h"

namespace roundoff::cli {
namespace {

struct Arguments {
    ModelOptions model;
    std::vector<std::string> schemes;
    std::string data, target, device;
    std::string devices = ROUNDOFF_DEVICES_DIR;
    DataOptions how;
};

/// The device to project for; nothing where none is asked for.
Result<std::optional<speed::Device>> deviceOf(const Arguments& arguments) {
    if (arguments.device.empty()) return std::optional<speed::Device>();
    const auto devices = speed::loadDevices(arguments.devices);
    if (!devices) return propagate(devices);
    std::string known;
    for (const speed::Device& device : *devices) {
        if (device.id == arguments.device) return std::optional(device);
        known.append(known.empty() ? "" : ", ").append(device.id);
    }
    return usage("--device", "there is no device '" + arguments.device + "' in " + arguments.devices,
                 known.empty() ? "Give another folder with --devices" : "There are " + known);
}

/// The asked-for reports; the table where none is asked for.
Result<void> write(const model::Model& model, const std::vector<speed::Timing>& timings, const reports::Context& context,
                   const Options& options, Console& console) {
    const bool asked = std::ranges::any_of(options.outputs, [](const auto& entry) { return !entry.second.empty(); });
    for (const reports::TimingWriter& writer : reports::timingWriters()) {
        const std::string path = asked ? options.output(std::string(writer.id)) : writer.id == "text" ? "-" : "";
        if (path.empty()) continue;
        const auto text = writer.write(model, timings, context);
        if (!text) return propagate(text);
        if (auto done = console.write(path, *text); !done) return done;
    }
    return {};
}

Result<int> bench(const Arguments& arguments, const Options& options, Console& console) {
    std::vector<analysis::Recipe> recipes;
    for (const std::string& text : arguments.schemes) {
        auto scheme = schemes::parseScheme(text);
        if (!scheme) return propagate(scheme);
        recipes.push_back({std::move(*scheme), {}});
    }
    const auto device = deviceOf(arguments);
    if (!device) return propagate(device);
    if (auto checked = arguments.how.check(!arguments.data.empty(), true); !checked) return propagate(checked);
    const auto data = arguments.how.source(arguments.data, options.seed);
    if (!data) return propagate(data);
    if (auto checked = check(options, arguments.model.path); !checked) return propagate(checked);
    Job opening = console.job().part(0, 0.005);
    const auto model = arguments.model.open(*data, opening);
    if (!model) return propagate(model);
    if (auto checked = checkMemory(options, *model); !checked) return propagate(checked);
    reports::Context context = options.context("bench");
    const auto hash = sha256FileOnce(model->info().path, opening);
    if (!hash) return propagate(hash);
    context.sha256 = *hash;

    speed::BenchOptions how;
    how.data = *data;
    how.store = arguments.how.store();
    how.target = arguments.target;
    how.only = options.layers;
    how.exclude = options.exclude;
    std::vector<speed::Timing> timings;
    bool stopped = false;
    for (std::size_t i = 0; i < recipes.size() && !stopped; ++i) {
        const double share = 0.99 / double(recipes.size());
        Job job = console.job().part(0.01 + share * double(i), share);
        auto timing = speed::bench(*model, recipes[i], how, job);
        if (!timing) return propagate(timing);
        stopped = timing->partial;
        if (*device) timing->projected = speed::project(*model, *timing, **device);
        timings.push_back(std::move(*timing));
    }
    if (auto written = write(*model, timings, context, options, console); !written) return propagate(written);
    if (stopped) return failure(ErrorCode::Cancelled, "bench", "cancelled; what was finished is written and marked partial");
    return 0;
}

}  // namespace

Command benchCommand() {
    return {
        "bench",
        "measured time, per layer and end to end",
        {"text", "json", "csv", "html"},
        [](CLI::App& app, const Options& options) -> Work {
            auto arguments = std::make_shared<Arguments>();
            addModelOptions(app, arguments->model);
            app.add_option("--scheme", arguments->schemes, "how to quantize; may be given again; int8 where absent")
                ->allow_extra_args(false)
                ->type_name("S");
            app.add_option("--calib", arguments->data,
                           "inputs: the first sample is run, all find the ranges of static activations; or synthetic[:N], as where absent")
                ->type_name("DATA");
            addDataOptions(app, arguments->how);
            addCacheOption(app, arguments->how);
            app.add_option("--to", arguments->target, "the target to run; where absent, the first that holds the scheme")
                ->type_name("TARGET");
            app.add_option("--device", arguments->device, "project for this device, too; marked projected, never measured")->type_name("ID");
            app.add_option("--devices", arguments->devices, "the folder that describes the devices")->type_name("DIR");
            return [arguments, &options](Console& console) {
                if (arguments->schemes.empty()) arguments->schemes = {"int8"};
                return bench(*arguments, options, console);
            };
        }};
}

}  // namespace roundoff::cli

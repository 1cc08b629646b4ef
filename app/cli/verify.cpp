#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/all.h"
#include "app/cli/data_options.h"
#include "app/cli/output.h"
#include "core/formats/format.h"

namespace roundoff::cli {
namespace {

struct Arguments {
    std::string model, exported, data;
    DataOptions reading;
};

Result<int> verify(const Arguments& arguments, const Options& options, Console& console) {
    if (auto checked = check(options, arguments.model); !checked) return propagate(checked);
    if (auto checked = arguments.reading.check(!arguments.data.empty(), true); !checked) return propagate(checked);
    const auto data = arguments.reading.source(arguments.data, options.seed);
    if (!data) return propagate(data);
    Job opening = console.job().part(0, 0.01);
    const auto model = formats::openModel(arguments.model, opening);
    if (!model) return propagate(model);
    if (auto checked = checkMemory(options, *model); !checked) return propagate(checked);
    Job proving = console.job().part(0.01, 0.99);
    const auto verification = exports::verify(*model, arguments.exported, *data, proving);
    if (!verification) return propagate(verification);
    const std::string text =
        verificationText(*verification) + (verification->ok() ? "The file holds what it should.\n" : "");
    if (auto written = finish("verify", &*model, verificationJson(*verification), text, options, console); !written)
        return propagate(written);
    if (verification->ok()) return 0;
    for (const exports::Check& check : verification->checks)
        if (!check.ok)
            return failed(arguments.exported, check.name + " does not hold: " + check.detail,
                          check.remedy.empty() ? "Export the model again" : check.remedy);
    return 1;
}

}  // namespace

Command verifyCommand() {
    return {"verify",
            "prove an exported file against the model that it came from",
            {"json"},
            [](CLI::App& app, const Options& options) -> Work {
                auto arguments = std::make_shared<Arguments>();
                app.add_option("MODEL", arguments->model, "the float model")->required();
                app.add_option("EXPORTED", arguments->exported, "the quantized file")->required();
                app.add_option("--calib", arguments->data, "inputs to run both on; or synthetic[:N], as where absent")
                    ->type_name("DATA");
                addDataOptions(app, arguments->reading);
                return [arguments, &options](Console& console) { return verify(*arguments, options, console); };
            }};
}

}  // namespace roundoff::cli

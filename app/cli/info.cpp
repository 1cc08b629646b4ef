#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>

#include "app/cli/all.h"
#include "app/cli/data_options.h"
#include "app/cli/data_preview.h"
#include "app/cli/output.h"
#include "core/base/table.h"
#include "core/base/text.h"
#include "core/formats/format.h"
#include "core/reports/conditions.h"
#include "core/runtime/inputs.h"

namespace roundoff::cli {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t kWidest = 56;

struct TypeSum {
    std::size_t tensors = 0;
    std::uint64_t bytes = 0;
};

std::map<std::string_view, TypeSum> typesOf(const model::Model& model) {
    std::map<std::string_view, TypeSum> out;
    for (const model::Tensor& tensor : model.tensors()) {
        TypeSum& sum = out[tensor::name(tensor.type)];
        ++sum.tensors;
        sum.bytes += tensor.bytes;
    }
    return out;
}

std::map<std::string, std::size_t> operatorsOf(const model::Model& model) {
    std::map<std::string, std::size_t> out;
    for (const model::Node& node : model.graph().nodes)
        ++out[node.domain.empty() ? node.op : node.domain + "." + node.op];
    return out;
}

/// Indices of the layers that --layers and --exclude leave.
Result<std::vector<std::size_t>> chosen(const model::Model& model, const Options& options) {
    std::vector<std::size_t> out;
    const char* option = "--layers";
    try {
        const std::regex only(options.layers);
        option = "--exclude";
        const std::regex exclude(options.exclude);
        for (std::size_t i = 0; i < model.layers().size(); ++i) {
            const std::string& name = model.layers()[i].name;
            const bool left = !options.exclude.empty() && std::regex_search(name, exclude);
            if (std::regex_search(name, only) && !left) out.push_back(i);
        }
    } catch (const std::regex_error& error) {
        return usage(option, fmt::format("is not a regular expression: {}", error.what()));
    }
    return out;
}

std::string text(const model::Model& model, const std::vector<std::size_t>& layers) {
    const model::Info& info = model.info();
    std::string out = fmt::format("{}: {}\n", reports::fileName(model), reports::modelLine(model));
    const auto line = [&](std::string_view what, const std::string& value) {
        out += fmt::format("{:<10} {}\n", what, printable(value));
    };
    if (!info.producer.empty()) line("producer", info.producer);
    for (const auto& [domain, version] : info.opsets)
        line("opset", fmt::format("{} {}", domain.empty() ? "ai.onnx" : domain, version));
    for (std::size_t i = 1; i < info.files.size(); ++i) line("data", info.files[i]);
    for (const auto& [key, value] : info.metadata) line("metadata", key + "=" + elide(validUtf8(value), 100));
    for (const auto& value : model.graph().inputs)
        line("input", fmt::format("{}: {} {}", value.name, tensor::name(value.type), runtime::shapeText(value)));
    for (const auto& value : model.graph().outputs)
        line("output", fmt::format("{}: {} {}", value.name, tensor::name(value.type), runtime::shapeText(value)));
    for (const auto& [type, sum] : typesOf(model))
        line("constants", fmt::format("{} of {}, {}", groupedText(sum.tensors), type, bytesText(sum.bytes)));
    std::string operators;
    for (const auto& [op, count] : operatorsOf(model))
        operators += fmt::format("{}{} {}", operators.empty() ? "" : ", ", op, count);
    line("operators", operators);

    Table table(3);
    table.add({"layer", "op", "shape", "parameters", "type", "size", "uses"});
    table.rule();
    for (const std::size_t i : layers) {
        const model::Layer& layer = model.layers()[i];
        const model::Tensor& weight = model.tensors()[layer.weight];
        const std::string type = layer.stored ? layer.stored->description : std::string(tensor::name(weight.type));
        table.add({elide(printable(layer.name), kWidest), printable(layer.op), tensor::text(layer.shape),
                   groupedText(layer.parameters), printable(type), bytesText(weight.bytes),
                   fmt::to_string(layer.uses.size())});
    }
    return layers.empty() ? out + "\nNo layer with a weight.\n" : out + '\n' + table.text();
}

Json valueJson(const model::Value& value) {
    Json out = {{"name", value.name}, {"type", tensor::name(value.type)}, {"shape", nullptr}};
    if (!value.hasShape) return out;
    out["shape"] = Json::array();
    for (std::size_t i = 0; i < value.shape.size(); ++i) {
        if (value.shape[i] >= 0)
            out["shape"].push_back(value.shape[i]);
        else
            out["shape"].push_back(i < value.dimensionNames.size() ? value.dimensionNames[i] : "");
    }
    return out;
}

Json layerJson(const model::Model& model, const model::Layer& layer) {
    const model::Tensor& weight = model.tensors()[layer.weight];
    Json uses = Json::array();
    for (const std::size_t node : layer.uses) uses.push_back(model.graph().nodes[node].name);
    return {{"name", layer.name},
            {"op", layer.op},
            {"shape", layer.shape},
            {"parameters", layer.parameters},
            {"type", tensor::name(weight.type)},
            {"bytes", weight.bytes},
            {"output_axis", layer.outputAxis},
            {"reduction_axis", layer.reductionAxis},
            {"stored", layer.stored ? Json(layer.stored->description) : Json(nullptr)},
            {"tensor", weight.name},
            {"file", weight.file},
            {"offset", weight.offset},
            {"uses", uses}};
}

Json json(const model::Model& model, const std::vector<std::size_t>& layers) {
    const model::Info& info = model.info();
    Json out = {{"producer", info.producer}, {"ir_version", info.irVersion}, {"opsets", info.opsets},
                {"metadata", info.metadata}, {"files", info.files},          {"operators", operatorsOf(model)}};
    out["types"] = Json::object();
    for (const auto& [type, sum] : typesOf(model))
        out["types"][std::string(type)] = {{"tensors", sum.tensors}, {"bytes", sum.bytes}};
    out["inputs"] = out["outputs"] = out["layers"] = Json::array();
    for (const auto& value : model.graph().inputs) out["inputs"].push_back(valueJson(value));
    for (const auto& value : model.graph().outputs) out["outputs"].push_back(valueJson(value));
    for (const std::size_t i : layers) out["layers"].push_back(layerJson(model, model.layers()[i]));
    return out;
}

struct Arguments {
    std::string model, data;
    DataOptions reading;
};

Result<int> info(const Arguments& arguments, const Options& options, Console& console) {
    if (auto checked = check(options, arguments.model); !checked) return propagate(checked);
    if (auto checked = arguments.reading.check(!arguments.data.empty(), false); !checked) return propagate(checked);
    const auto source = arguments.reading.source(arguments.data, options.seed);
    if (!source) return propagate(source);
    const auto model = formats::openModel(arguments.model, console.job());
    if (!model) return propagate(model);
    const auto layers = chosen(*model, options);
    if (!layers) return propagate(layers);
    auto fields = json(*model, *layers);
    std::string words = text(*model, *layers);
    if (!arguments.data.empty()) {
        const auto preview = calibration::preview(*model, *source, console.job());
        if (!preview) return propagate(preview);
        fields["data"] = previewJson(*preview);
        words += '\n' + previewText(*preview);
    }
    auto done = finish("info", &*model, fields, words, options, console);
    if (!done) return propagate(done);
    return 0;
}

}  // namespace

Command infoCommand() {
    return {"info",
            "structure, layers, sizes and types; reads no weight",
            {"json"},
            [](CLI::App& app, const Options& options) -> Work {
                auto arguments = std::make_shared<Arguments>();
                app.add_option("MODEL", arguments->model, "the model")->required();
                app.add_option("--calib", arguments->data, "show also what the model will see of this")->type_name("DATA");
                addDataOptions(app, arguments->reading);
                return [arguments, &options](Console& console) { return info(*arguments, options, console); };
            }};
}

}  // namespace roundoff::cli

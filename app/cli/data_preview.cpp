#include "app/cli/data_preview.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/table.h"
#include "core/base/text.h"

namespace roundoff::cli {
namespace {

using calibration::Preview;
using Json = nlohmann::ordered_json;

constexpr std::size_t kShownText = 400, kShownIds = 24;

std::string classesText(const Preview& preview) {
    const auto [least, most] = std::ranges::minmax_element(preview.classes, {}, [](const auto& each) { return each.second; });
    return fmt::format("{} classes, {} to {} samples each", preview.classes.size(), least->second, most->second);
}

}  // namespace

Json previewJson(const Preview& preview) {
    Json out = {{"count", preview.count}, {"synthetic", preview.synthetic}, {"conditions", preview.words}, {"samples", Json::array()}};
    for (const Preview::Sample& sample : preview.samples) {
        Json entry = {{"inputs", Json::array()}};
        for (const Preview::Input& input : sample.inputs)
            entry["inputs"].push_back({{"name", validUtf8(input.name)},
                                       {"type", tensor::name(input.type)},
                                       {"shape", input.shape},
                                       {"min", input.min},
                                       {"max", input.max},
                                       {"mean", input.mean},
                                       {"supplied", input.supplied}});
        if (sample.picture)
            entry["picture"] = {{"file", validUtf8(sample.file)}, {"width", sample.picture->width}, {"height", sample.picture->height}};
        if (sample.label) entry["label"] = *sample.label;
        out["samples"].push_back(std::move(entry));
    }
    if (!preview.ids.empty()) out["window"] = {{"text", preview.text}, {"ids", preview.ids}};
    if (!preview.classes.empty()) {
        out["classes"] = Json::array();
        for (const auto& [label, count] : preview.classes) out["classes"].push_back({{"label", label}, {"count", count}});
    }
    out["findings"] = preview.findings;
    return out;
}

std::string previewText(const Preview& preview) {
    std::string out = "Data: " + printable(preview.words) + ".\n";
    if (!preview.classes.empty()) out += "Labels: " + classesText(preview) + ".\n";
    Table table(4);
    table.add({"sample", "input", "type", "shape", "min", "max", "mean"});
    table.rule();
    for (std::size_t i = 0; i < preview.samples.size(); ++i)
        for (const Preview::Input& input : preview.samples[i].inputs)
            table.add({fmt::format("{}{}", i, preview.samples[i].label ? fmt::format(", class {}", *preview.samples[i].label) : ""),
                       printable(input.name) + (input.supplied ? " (supplied)" : ""), std::string(tensor::name(input.type)),
                       tensor::text(input.shape), fmt::format("{:.4g}", input.min), fmt::format("{:.4g}", input.max),
                       fmt::format("{:.4g}", input.mean)});
    out += table.text();
    for (const Preview::Sample& sample : preview.samples)
        if (sample.picture)
            out += fmt::format("{}: seen as {} × {}\n", printable(sample.file), sample.picture->height, sample.picture->width);
    if (!preview.ids.empty()) {
        out += "First window: " + elide(printable(preview.text), kShownText) + '\n';
        out += "Tokens: ";
        for (std::size_t i = 0; i < std::min(kShownIds, preview.ids.size()); ++i) out += fmt::format("{} ", preview.ids[i]);
        out += preview.ids.size() > kShownIds ? "…\n" : "\n";
    }
    for (const std::string& finding : preview.findings) out += finding + '\n';
    return out;
}

}  // namespace roundoff::cli

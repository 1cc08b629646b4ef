#include "core/runtime/profile.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace roundoff::runtime {
namespace {

constexpr std::string_view kSuffix = "_kernel_time";

/// Types in the order of the inputs, of `[{"float":[4,32]},{"int8":[3]}]`.
std::string typesOf(const nlohmann::json& shapes) {
    std::string out;
    if (!shapes.is_array()) return out;
    for (const auto& input : shapes) {
        if (!input.is_object() || input.empty()) continue;
        out.append(out.empty() ? "" : " ").append(input.begin().key());
    }
    return out;
}

}  // namespace

Result<std::vector<NodeTime>> parseProfile(std::string_view json, const std::string& where, std::size_t skip) {
    const auto events = nlohmann::json::parse(json, nullptr, false);
    const auto broken = [&](const std::string& what) {
        return failed(where, "the profile " + what, "See whether this version of ONNX Runtime is supported");
    };
    if (!events.is_array()) return broken("is no JSON array");
    std::vector<NodeTime> nodes;
    std::vector<std::vector<double>> times;
    std::map<std::string, std::size_t> known;
    for (const auto& event : events) {
        if (!event.is_object()) continue;
        if (const auto category = event.find("cat"); category == event.end() || *category != "Node") continue;
        const auto name = event.find("name");
        const auto duration = event.find("dur");
        const auto args = event.find("args");
        if (name == event.end() || !name->is_string() || duration == event.end() || !duration->is_number() ||
            args == event.end() || !args->is_object())
            return broken("holds a node event without name, duration or arguments");
        std::string text = name->get<std::string>();
        if (!text.ends_with(kSuffix)) continue;
        text.resize(text.size() - kSuffix.size());
        const auto op = args->find("op_name");
        const auto index = args->find("node_index");
        const std::string key = text + '\n' + (index != args->end() ? index->dump() : "");
        const auto [at, fresh] = known.try_emplace(key, nodes.size());
        if (fresh) {
            nodes.push_back({text, op != args->end() && op->is_string() ? op->get<std::string>() : "", 0, 0,
                             typesOf(args->value("input_type_shape", nlohmann::json()))});
            times.emplace_back();
        }
        times[at->second].push_back(duration->get<double>() / 1000);
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        auto& all = times[i];
        all.erase(all.begin(), all.begin() + std::ptrdiff_t(std::min(skip, all.size() - 1)));
        const auto middle = all.begin() + std::ptrdiff_t(all.size() / 2);
        std::nth_element(all.begin(), middle, all.end());
        nodes[i].ms = *middle;
        nodes[i].runs = all.size();
    }
    return nodes;
}

}  // namespace roundoff::runtime

#include "core/exports/activation_record.h"

#include <nlohmann/json.hpp>

#include "core/base/json.h"

namespace roundoff::exports {
namespace {

using Json = nlohmann::ordered_json;

std::string word(const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}
float number(const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number() ? found->get<float>() : 0.0F;
}

}  // namespace

std::string text(const ActivationRecord& record) {
    Json root{{"points", Json::array()}, {"biases", Json::array()}};
    for (const auto& point : record.points) {
        Json entry{{"value", point.value}, {"scheme", point.scheme}};
        if (!point.scaleTensor.empty())
            entry.update({{"scale", point.scale}, {"zero", point.zero}, {"scale_tensor", point.scaleTensor}, {"zero_tensor", point.zeroTensor}});
        if (!point.codesTensor.empty()) entry["codes_tensor"] = point.codesTensor;
        root["points"].push_back(std::move(entry));
    }
    for (const auto& bias : record.biases) root["biases"].push_back({{"bias", bias.bias}, {"codes_tensor", bias.codesTensor}});
    return root.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<ActivationRecord> parseActivations(std::string_view json, const std::string& where) {
    const auto root = parseJson(json);
    const auto list = [&](const char* key) { return root.is_object() && root.contains(key) && root[key].is_array(); };
    if (!list("points") || !list("biases")) return badInput(where, "the entry is broken", "Export the model again");
    ActivationRecord record;
    for (const auto& entry : root["points"])
        record.points.push_back({word(entry, "value"), word(entry, "scheme"), number(entry, "scale"), number(entry, "zero"),
                                 word(entry, "scale_tensor"), word(entry, "zero_tensor"), word(entry, "codes_tensor")});
    for (const auto& entry : root["biases"]) record.biases.push_back({word(entry, "bias"), word(entry, "codes_tensor")});
    return record;
}

}  // namespace roundoff::exports

#include "core/base/json.h"

#include <nlohmann/json.hpp>

namespace roundoff {

nlohmann::json parseJson(std::string_view text) {
    using Json = nlohmann::json;
    constexpr int kDeepest = 64;
    bool tooDeep = false;
    const auto look = [&](int depth, Json::parse_event_t, const Json&) {
        tooDeep = tooDeep || depth > kDeepest;
        return !tooDeep;
    };
    Json json = Json::parse(text, look, false);
    return tooDeep ? Json(Json::value_t::discarded) : json;
}

}  // namespace roundoff

#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace roundoff {

/// JSON of a file that anybody may have written; discarded where it is none, or nested deeper than 64: copying, comparing and
/// printing such a value recurse.
nlohmann::json parseJson(std::string_view text);

}  // namespace roundoff

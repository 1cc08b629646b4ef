#pragma once
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/model/model.h"

namespace roundoff::analysis {

/// Layers by name.
struct Selection {
    std::string only;     ///< regular expression (ECMAScript, searched) on the name; empty = all
    std::string exclude;  ///< likewise; these stay float
};

/// Why each layer is left out; empty where it is chosen. Parallel to Model::layers(). An error names what is no regular
/// expression, and an `only` that no layer matches.
Result<std::vector<std::string>> leftOut(const model::Model& model, const Selection& selection);

}  // namespace roundoff::analysis

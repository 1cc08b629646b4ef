#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/report.h"
#include "core/model/model.h"

namespace roundoff::reports {

/// What stands around the numbers: conditions that make them mean something.
struct Context {
    std::string command;  ///< "compare"
    int threads = 0;
    std::uint64_t seed = 0;
};

/// One way to write a comparison. A new one is one file here and one line in registry.cpp.
struct Writer {
    std::string_view id;         ///< "json"
    std::string_view extension;  ///< ".json"
    Result<std::string> (*write)(const model::Model& model, const analysis::Comparison& comparison,
                                 const Context& context);
};

const std::vector<Writer>& writers();
const Writer* findWriter(std::string_view id);

}  // namespace roundoff::reports

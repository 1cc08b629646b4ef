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
    int threads = 0;      ///< 0 = all cores; written as the number that this means here
    std::uint64_t seed = 0;
    std::string sha256 = {};  ///< of the file at Model::info().path; empty = the writer reads the file for it
};

/// One way to write a comparison: UTF-8, numbers as in the C locale whatever the process's locale is, never NaN or Inf.
/// A new one is one file here and one line in registry.cpp.
struct Writer {
    std::string_view id;         ///< "json"
    std::string_view extension;  ///< ".json"
    std::string_view summary;    ///< one line for help texts
    Result<std::string> (*write)(const model::Model& model, const analysis::Comparison& comparison,
                                 const Context& context);
};

const std::vector<Writer>& writers();
const Writer* findWriter(std::string_view id);

}  // namespace roundoff::reports

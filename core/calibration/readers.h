#pragma once
// For the files of this folder alone: one reader for each kind of data.
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/runtime/session.h"

namespace roundoff::calibration {

using Samples = std::vector<runtime::Sample>;

/// All bytes of a file; an error where it is larger than 4 GiB.
Result<std::vector<std::byte>> readFile(const std::filesystem::path& path);
/// `values` as a tensor for `input`; integers are cut towards zero.
runtime::NamedTensor tensorFor(const model::Value& input, tensor::Shape shape, const std::vector<double>& values);

/// A NumPy array as numbers, row-major. Refuses objects, records and complex numbers.
struct Array {
    tensor::Shape shape;
    std::vector<double> values;
};
Result<Array> readNpy(const std::filesystem::path& path);

Result<Samples> readText(const model::Model& model, const std::filesystem::path& path, std::size_t limit);
Result<Samples> readImages(const model::Model& model, const std::vector<std::filesystem::path>& files,
                           std::size_t limit, Job& job);

}  // namespace roundoff::calibration

#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/runtime/session.h"

namespace roundoff::calibration {

/// Where inputs come from: a path (see loadSamples), or made up where there is none.
struct DataSource {
    std::filesystem::path path;
    std::size_t synthetic = 4;  ///< how many are made up
    std::uint64_t seed = 0;     ///< of what is made up
    [[nodiscard]] bool isSynthetic() const { return path.empty(); }
};
/// Samples with what is known of their right answers.
struct Dataset {
    std::vector<runtime::Sample> samples;
    std::vector<int> labels;  ///< class of each sample, from the names of the images' folders; empty where there are none
    /// Windows of text: the input that holds the tokens, each the right answer at the position before it; empty else.
    std::string tokens;
};
/// DATA as the command line has it: a path, "synthetic", "synthetic:N" with N of 1 to 10,000, or nothing.
Result<DataSource> parseDataSource(std::string_view text, std::uint64_t seed);

/// Reads at most `limit` samples that fit the model's inputs, in a fixed order. `path` is one of
/// - a .npy file: the input of a model with one input; the first axis counts samples;
/// - a folder of .npy files: one named after each input, or any number of them for a model with one input;
/// - a folder of .png or .jpg images, searched to the bottom, for a model with one image input (1 or 3 channels, the
///   input's height and width; pixels become 0..1 for float inputs);
/// - a text file for a model whose metadata say tokenizer=bytes: windows of `context` bytes that do not overlap.
/// Numbers are converted to the input's type.
Result<std::vector<runtime::Sample>> loadSamples(const model::Model& model, const std::filesystem::path& path,
                                                 std::size_t limit, Job& job);

/// loadSamples, or what is made up, with labels: of images in sub-folders, the folder's name where all are numbers, else
/// its place among the names in order.
Result<Dataset> loadDataset(const model::Model& model, const DataSource& source, std::size_t limit, Job& job);

}  // namespace roundoff::calibration

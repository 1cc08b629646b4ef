#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/runtime/session.h"

namespace roundoff::calibration {

/// Where inputs come from: a path (see loadDataset), or made up where there is none.
struct DataSource {
    std::filesystem::path path;
    std::size_t synthetic = 4;  ///< how many are made up
    std::uint64_t seed = 0;     ///< of what is made up
    [[nodiscard]] bool isSynthetic() const { return path.empty(); }
};
/// Samples that are read one at a time, with what is known of their right answers. Cheap to copy.
class Dataset {
public:
    Dataset(std::size_t count, std::function<Result<runtime::Sample>(std::size_t)> read);

    [[nodiscard]] std::size_t count() const { return m_count; }
    /// Sample `index` < count(), read anew each time: no more than one is held. One call at a time; ascending order is fastest.
    [[nodiscard]] Result<runtime::Sample> sample(std::size_t index) const { return m_read(index); }

    /// Forgets all but the first `limit` samples.
    void keep(std::size_t limit);

    std::vector<int> labels;  ///< class of each sample, from the names of the images' folders; empty where there are none
    /// Windows of text: the input that holds the tokens, each the right answer at the position before it; empty else.
    std::string tokens;
    std::string words;                         ///< "500 samples of digits.eval": part of every figure's conditions
    std::vector<std::filesystem::path> files;  ///< what the samples are read from, in their order

private:
    std::size_t m_count;
    std::function<Result<runtime::Sample>(std::size_t)> m_read;
};
/// DATA as the command line has it: a path, "synthetic", "synthetic:N" with N of 1 to 10,000, or nothing.
Result<DataSource> parseDataSource(std::string_view text, std::uint64_t seed);

/// At most `limit` samples that fit the model's inputs, in a fixed order. The source's path is one of
/// - a .npy file: the input of a model with one input; the first axis counts samples;
/// - a folder of .npy files: one named after each input, or any number of them for a model with one input;
/// - a folder of .png or .jpg images, searched to the bottom, for a model with one image input (1 or 3 channels, the
///   input's height and width; pixels become 0..1 for float inputs). Sub-folders label them: by their names where all are
///   numbers, else by their places in order;
/// - a text file for a model whose metadata say tokenizer=bytes: windows of `context` bytes that do not overlap.
/// Numbers are converted to the input's type. Shapes and counts are checked here, contents as samples are read.
Result<Dataset> loadDataset(const model::Model& model, const DataSource& source, std::size_t limit, Job& job);

}  // namespace roundoff::calibration

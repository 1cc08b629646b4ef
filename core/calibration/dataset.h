#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/runtime/session.h"

namespace roundoff::calibration {

/// How a picture becomes an input: fitted to the input's size, then (pixel · scale − mean) / std in each channel.
struct ImageOptions {
    enum class Layout : std::uint8_t { ByShape, Nchw, Nhwc };
    enum class Fit : std::uint8_t {
        Input,    ///< the shorter side fills the input's, then centre crop; untouched where the size is the input's already
        Shorter,  ///< the shorter side becomes `height`, then centre crop
        Exact,    ///< both sides become `height` × `width` without regard to their ratio, then centre crop
        None,     ///< as it is
    };
    std::vector<double> mean{}, std{};  ///< one for all channels or one for each; empty = 0 and 1
    Layout layout = Layout::ByShape;
    Fit fit = Fit::Input;
    std::int64_t height = 0, width = 0;
    bool bgr = false;              ///< order of the channels
    std::optional<double> scale{};  ///< of a pixel 0..255; without it 1/255 for float inputs, 1 for integers
    bool operator==(const ImageOptions&) const = default;
};

/// Where inputs come from: a path (see loadDataset), or made up where there is none.
struct DataSource {
    std::filesystem::path path;
    std::size_t synthetic = 4;  ///< how many are made up
    std::uint64_t seed = 0;     ///< of what is made up
    ImageOptions images{};
    std::size_t window = 0;  ///< tokens in a window of text; 0 = what the model says
    std::map<std::string, std::int64_t> dims{};  ///< sizes of free dimensions, by symbol or "input:axis"
    [[nodiscard]] bool isSynthetic() const { return path.empty(); }
    bool operator==(const DataSource&) const = default;
};
class Tokenizer;
constexpr int kNoLabel = -1;  ///< of a picture that lies beside folders of pictures

/// Samples that are read one at a time, with what is known of their right answers. Cheap to copy.
class Dataset {
public:
    Dataset(std::size_t count, std::function<Result<runtime::Sample>(std::size_t)> read);

    [[nodiscard]] std::size_t count() const { return m_count; }
    /// Sample `index` < count(), read anew each time: no more than one is held. One call at a time; ascending order is fastest.
    [[nodiscard]] Result<runtime::Sample> sample(std::size_t index) const { return m_read(index); }

    /// What to say where the float model fails on sample `index`: the file that it comes from, and what may be done about it.
    [[nodiscard]] Error unfit(std::size_t index, const Error& error) const;

    /// Forgets all but the first `limit` samples.
    void keep(std::size_t limit);

    std::vector<int> labels;  ///< class of each sample, from the names of the images' folders, or kNoLabel; empty where none has any
    std::size_t namedClasses = 0;  ///< folders whose names are no numbers, so that labels are their places in alphabetical order
    /// Windows of text and ready ids: the input that holds the tokens, each the right answer at the position before it; empty
    /// else.
    std::string tokens;
    std::string mask;     ///< the input that is 0 where a token does not count, where the data give one; empty else
    std::string words;    ///< "500 samples of digits.eval; pictures …": part of every figure's conditions
    bool images = false;  ///< each file is a picture
    std::shared_ptr<const Tokenizer> tokenizer;  ///< of a text
    std::size_t given = SIZE_MAX;  ///< the first so many tensors of a sample come from the data, the others follow from their shapes
    std::filesystem::path origin;  ///< of all samples; empty where they are made up
    std::vector<std::filesystem::path> files;  ///< what the samples are read from, in their order

private:
    std::size_t m_count;
    std::function<Result<runtime::Sample>(std::size_t)> m_read;
};
/// DATA as the command line has it: a path, "synthetic", "synthetic:N" with N of 1 to 10,000, or nothing.
Result<DataSource> parseDataSource(std::string_view text, std::uint64_t seed);
/// "224" (shorter side), "256x320" (height × width), "none", or nothing.
Result<void> setResize(ImageOptions& options, std::string_view text);
/// "0.485,0.456,0.406", one number for all channels or one for each, or nothing; finite as float32, those of setStd()
/// positive.
Result<void> setMean(ImageOptions& options, std::string_view text);
Result<void> setStd(ImageOptions& options, std::string_view text);
/// One positive number, or nothing.
Result<void> setScale(ImageOptions& options, std::string_view text);
/// Likewise any list of numbers; `option` is what errors name.
Result<std::vector<double>> parseNumbers(std::string_view option, std::string_view text);
/// "height=224" or "image:2=224"; no axis twice.
Result<void> setDim(DataSource& source, std::string_view text);

/// At most `limit` samples that fit the model's inputs, in a fixed order. The source's path is one of
/// - a .npy file: the one input that does not follow from shapes; the first axis counts samples;
/// - a folder of .npy files, one named after each input, or any number of them for a model with one input to give, where none
///   is named after it;
/// - an .npz archive: one array named after each input, or any one array for a model with one input to give;
/// - a folder of .png or .jpg images, searched to the bottom, for a model with one image input (1 or 3 channels).
///   Sub-folders label them: by their names where all are numbers, else by their places in alphabetical order, of two or
///   more; pictures beside them have no label;
/// - a text file for a language model: windows of tokens that do not overlap.
/// What a language model asks for beside its tokens may be missing (runtime::followsFromShape). Numbers are converted to
/// the input's type. Shapes and counts are checked here, contents as samples are read: a NaN, a fraction or a number out of
/// range where the input takes integers, and an image that is none, are errors that name file and place.
Result<Dataset> loadDataset(const model::Model& model, const DataSource& source, std::size_t limit, Job& job);

/// SHA-256 of all that decides the samples: the files' bytes, the options, the labels.
Result<std::string> hashOf(const Dataset& data, const DataSource& source, Job& job);

}  // namespace roundoff::calibration

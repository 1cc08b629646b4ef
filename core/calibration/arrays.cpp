#include <algorithm>

#include "core/calibration/readers.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;
using model::Value;

/// An array as tensors for one input: cut along the first axis, whole where it has the input's very shape.
struct Cut {
    Value input;
    NpyArray array;
    tensor::Shape shape;  // of one piece
    std::uint64_t pieces = 1, each = 0;

    [[nodiscard]] Result<runtime::NamedTensor> piece(std::uint64_t index) const {
        const auto values = array.read(index * each, each);
        if (!values) return propagate(values);
        return tensorFor(input, shape, *values);
    }
};

Result<Cut> cut(const Value& input, NpyArray array) {
    const tensor::Shape& want = input.shape;
    tensor::Shape shape = array.shape();
    if (input.hasShape && shape.size() + 1 == want.size()) shape.insert(shape.begin(), 1);
    bool fits = !input.hasShape || shape.size() == want.size();
    for (std::size_t i = 1; fits && i < want.size(); ++i) fits = want[i] < 0 || want[i] == shape[i];
    const std::int64_t batch = want.empty() || want[0] < 0 ? 1 : want[0];
    if (!fits || (!shape.empty() && (batch == 0 || shape[0] % std::max<std::int64_t>(batch, 1) != 0)))
        return badInput(array.name(),
                        fmt::format("the array is {}, input \"{}\" takes {}", tensor::text(array.shape()), input.name,
                                    tensor::text(want)),
                        "Give the input's shape; the first axis counts samples");
    Cut out{input, std::move(array), shape, 1, 0};
    out.each = out.array.count();
    if (!input.hasShape || shape.empty() || out.each == 0) return out;
    out.pieces = std::uint64_t(shape[0] / batch);
    out.each /= out.pieces;
    out.shape[0] = batch;
    return out;
}

Result<Cut> openCut(const Value& input, const fs::path& path) {
    auto bytes = fileBytes(path);
    if (!bytes) return propagate(bytes);
    auto array = NpyArray::open(std::move(*bytes));
    if (!array) return propagate(array);
    return cut(input, std::move(*array));
}

}  // namespace

Result<Dataset> arraysOfOneInput(const model::Model& model, const std::vector<fs::path>& files, Job& job) {
    struct File {
        fs::path path;
        std::uint64_t end;  // of its samples
    };
    // Not the arrays themselves: one in column-major order holds all its numbers.
    auto ends = std::make_shared<std::vector<File>>();
    std::uint64_t count = 0;
    const Value& input = model.graph().inputs[0];
    for (const fs::path& path : files) {
        if (job.cancelled()) return cancelled();
        const auto array = openCut(input, path);
        if (!array) return propagate(array);
        ends->push_back({path, count += array->pieces});
    }
    struct Last {
        std::size_t file;
        Cut cut;
    };
    auto last = std::make_shared<std::optional<Last>>();
    Dataset data(count, [=](std::size_t index) -> Result<runtime::Sample> {
        const auto found = std::ranges::upper_bound(*ends, index, {}, &File::end);
        const auto at = std::size_t(found - ends->begin());
        if (!*last || (*last)->file != at) {
            last->reset();
            auto opened = openCut(input, found->path);
            if (!opened) return propagate(opened);
            last->emplace(Last{at, std::move(*opened)});
        }
        auto tensor = (*last)->cut.piece(index - (at == 0 ? 0 : (*ends)[at - 1].end));
        if (!tensor) return propagate(tensor);
        return runtime::Sample{std::move(*tensor)};
    });
    data.files = files;
    return data;
}

Result<Dataset> arraysByName(const model::Model& model, const fs::path& folder) {
    auto cuts = std::make_shared<std::vector<Cut>>();
    std::vector<fs::path> files;
    for (const Value& input : model.graph().inputs) {
        const fs::path path = folder / (input.name + ".npy");
        if (!fs::exists(path))
            return usage(folder.string(), "there is no \"" + input.name + ".npy\" for the input of that name",
                         "Save one array for each input of the model");
        auto opened = openCut(input, path);
        if (!opened) return propagate(opened);
        if (!cuts->empty() && cuts->front().pieces != opened->pieces)
            return badInput(path.string(),
                            fmt::format("the array holds {} samples, the one before {}", opened->pieces, cuts->front().pieces),
                            "Give every input the same number of samples");
        cuts->push_back(std::move(*opened));
        files.push_back(path);
    }
    Dataset data(cuts->front().pieces, [cuts](std::size_t index) -> Result<runtime::Sample> {
        runtime::Sample sample;
        for (const Cut& each : *cuts) {
            auto tensor = each.piece(index);
            if (!tensor) return propagate(tensor);
            sample.push_back(std::move(*tensor));
        }
        return sample;
    });
    data.files = std::move(files);
    return data;
}

}  // namespace roundoff::calibration

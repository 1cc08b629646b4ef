#include <algorithm>

#include "core/base/text.h"
#include "core/calibration/readers.h"
#include "core/runtime/inputs.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;
using model::Value;

constexpr std::uint64_t kLargestPiece = 1u << 28;  // elements

/// An array as tensors for one input: cut along the first axis, whole where it has the input's very shape.
struct Cut {
    Value input;
    NpyArray array;
    tensor::Shape shape{};  // of one piece
    std::uint64_t pieces = 1, each = 0;

    [[nodiscard]] Result<runtime::NamedTensor> piece(std::uint64_t index) const {
        if (isInteger(input.type) && array.type() == input.type) {
            auto bytes = array.readBytes(index * each, each);  // not as numbers: these are exact to 2^53 alone
            if (!bytes) return propagate(bytes);
            return runtime::NamedTensor{input.name, input.type, shape, std::move(*bytes)};
        }
        const auto values = array.read(index * each, each);
        if (!values) return propagate(values);
        for (std::uint64_t i = 0; i < each; ++i)
            if (const std::string what = whyNot(input, (*values)[i]); !what.empty())
                return badInput(array.name(), fmt::format("element {} of sample {} is {}", i, index, what),
                                "Mend the data, or leave the sample out");
        return tensorFor(input, shape, *values);
    }
};

Result<Cut> cut(const Value& input, NpyArray array) {
    const tensor::Shape& want = input.shape;
    tensor::Shape shape = array.shape();
    if (!shape.empty() && shape[0] == 0)
        return badInput(array.name(), fmt::format("the array is {}: it holds no samples", tensor::text(shape)), "Give at least one");
    if (input.hasShape && shape.size() + 1 == want.size()) shape.insert(shape.begin(), 1);
    bool fits = !input.hasShape || shape.size() == want.size();
    for (std::size_t i = 1; fits && i < want.size(); ++i) fits = want[i] < 0 || want[i] == shape[i];
    const std::int64_t batch = want.empty() || want[0] < 0 ? 1 : want[0];
    if (!fits || (!shape.empty() && (batch == 0 || shape[0] % std::max<std::int64_t>(batch, 1) != 0)))
        return badInput(array.name(),
                        fmt::format("the array is {}, input \"{}\" takes {}", tensor::text(array.shape()), input.name,
                                    runtime::shapeText(input)),
                        "Give the input's shape; the first axis counts samples");
    Cut out{input, std::move(array), shape};
    out.each = out.array.count();
    if (!input.hasShape || shape.empty() || out.each == 0) return out;
    out.pieces = std::uint64_t(shape[0] / batch);
    out.each /= out.pieces;
    out.shape[0] = batch;
    if (out.each > kLargestPiece)
        return badInput(out.array.name(), fmt::format("one sample is {} large", tensor::text(out.shape)), "Cut it into smaller ones");
    return out;
}

Result<Cut> cut(const Value& input, std::shared_ptr<Bytes> bytes) {
    auto array = NpyArray::open(std::move(bytes));
    if (!array) return propagate(array);
    return cut(input, std::move(*array));
}

Result<Cut> openCut(const Value& input, const fs::path& path) {
    auto bytes = fileBytes(path);
    if (!bytes) return propagate(bytes);
    return cut(input, std::move(*bytes));
}

Result<runtime::Sample> complete(const model::Model& model, const DataSource& source, runtime::Sample sample) {
    if (auto done = runtime::supplyMissing(model, sample, {source.dims}); !done) return propagate(done);
    return sample;
}

std::string inputNames(const model::Model& model) {
    std::string names;
    for (const Value& input : model.graph().inputs) names += (names.empty() ? "" : ", ") + printable(input.name);
    return names;
}

/// Where the inputs' arrays lie: by input name.
struct Entries {
    std::map<std::string, std::shared_ptr<Bytes>> bytes;
    std::vector<fs::path> files;
};

Result<Entries> entriesOf(const model::Model& model, const fs::path& path, const std::vector<fs::path>& files) {
    Entries entries;
    std::error_code error;
    if (!fs::is_directory(path, error)) {
        auto found = npzEntries(path);
        if (!found) return propagate(found);
        entries.bytes = std::move(*found);
        entries.files = {path};
        std::vector<const Value*> wanted;
        for (const Value& input : model.graph().inputs)
            if (!runtime::followsFromShape(input)) wanted.push_back(&input);
        // The one array may have any name where there is one input to give.
        if (entries.bytes.size() == 1 && wanted.size() == 1 && !entries.bytes.contains(wanted[0]->name)) {
            auto node = entries.bytes.extract(entries.bytes.begin());
            node.key() = wanted[0]->name;
            entries.bytes.insert(std::move(node));
        }
        return entries;
    }
    for (const fs::path& file : files) {
        if (file.parent_path() != (path / "x").parent_path()) continue;  // "folder/" is the same
        auto bytes = fileBytes(file);
        if (!bytes) return propagate(bytes);
        const std::string name = file.stem().string();
        entries.bytes.emplace(name, std::move(*bytes));
        if (std::ranges::find(model.graph().inputs, name, &Value::name) != model.graph().inputs.end()) entries.files.push_back(file);
    }
    return entries;
}

}  // namespace

Result<Dataset> arraysOfOneInput(const model::Model& model, const Value& input, const DataSource& source,
                                 const std::vector<fs::path>& files, Job& job) {
    struct File {
        fs::path path;
        std::uint64_t end;  // of its samples
    };
    // Not the arrays themselves: one in column-major order holds all its numbers.
    auto ends = std::make_shared<std::vector<File>>();
    std::uint64_t count = 0;
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
        return complete(model, source, {std::move(*tensor)});
    });
    data.files = files;
    if (isInteger(input.type) && input.shape.size() == 2) data.tokens = input.name;
    data.given = 1;
    return data;
}

Result<Dataset> arraysByName(const model::Model& model, const DataSource& source, const std::vector<fs::path>& files) {
    auto entries = entriesOf(model, source.path, files);
    if (!entries) return propagate(entries);
    std::string present;
    for (const auto& [name, bytes] : entries->bytes) present += (present.empty() ? "" : ", ") + printable(name);
    auto cuts = std::make_shared<std::vector<Cut>>();
    for (const Value& input : model.graph().inputs) {
        const auto found = entries->bytes.find(input.name);
        if (found == entries->bytes.end() && runtime::followsFromShape(input)) continue;
        if (found == entries->bytes.end())
            return badInput(source.path.string(),
                         "there is no \"" + input.name + ".npy\" for the input of that name" +
                             (present.empty() ? "" : ", only " + present),
                         "Save one array for each input of the model");
        auto opened = cut(input, found->second);
        if (!opened) return propagate(opened);
        if (!cuts->empty() && cuts->front().pieces != opened->pieces)
            return badInput(opened->array.name(),
                            fmt::format("the array holds {} samples, the one before {}", opened->pieces, cuts->front().pieces),
                            "Give every input the same number of samples");
        cuts->push_back(std::move(*opened));
    }
    if (cuts->empty()) return badInput(source.path.string(), "no array is named after an input", "Name them " + inputNames(model));
    Dataset data(cuts->front().pieces, [model, source, cuts](std::size_t index) -> Result<runtime::Sample> {
        runtime::Sample sample;
        for (const Cut& each : *cuts) {
            auto tensor = each.piece(index);
            if (!tensor) return propagate(tensor);
            sample.push_back(std::move(*tensor));
        }
        return complete(model, source, std::move(sample));
    });
    for (const auto& [name, bytes] : entries->bytes)
        if (std::ranges::none_of(model.graph().inputs, [&](const Value& input) { return input.name == name; }))
            data.words += (data.words.empty() ? "arrays that no input is named after are left out: " : ", ") + printable(name);
    data.files = std::move(entries->files);
    data.given = cuts->size();
    std::vector<std::string> ids;
    for (const Cut& each : *cuts) {
        if (each.input.shape.size() != 2) continue;
        if (!runtime::followsFromShape(each.input)) {
            if (isInteger(each.input.type)) ids.push_back(each.input.name);
        } else if (runtime::roleOf(each.input) == runtime::Role::Ones) {
            data.mask = each.input.name;
        }
    }
    if (ids.size() == 1) data.tokens = ids[0];
    return data;
}

}  // namespace roundoff::calibration

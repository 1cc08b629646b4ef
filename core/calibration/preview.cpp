#include "core/calibration/preview.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/text.h"
#include "core/calibration/readers.h"
#include "core/calibration/tokenizers/tokenizer.h"
#include "core/runtime/inputs.h"

namespace roundoff::calibration {
namespace {

using runtime::NamedTensor;

std::vector<double> valuesOf(const NamedTensor& tensor) {
    std::vector<double> out(tensor.view().count());
    const bool wide = tensor.type == tensor::ElementType::Int64 || tensor.type == tensor::ElementType::Uint64;
    if (wide) {
        for (std::size_t i = 0; i < out.size(); ++i) {
            std::int64_t value = 0;
            std::memcpy(&value, tensor.bytes.data() + i * sizeof value, sizeof value);
            out[i] = double(value);
        }
    } else {
        std::vector<float> narrow(out.size());
        tensor::readFloats(tensor.view(), 0, narrow);
        std::ranges::copy(narrow, out.begin());
    }
    return out;
}

/// Sums over the samples looked at, of one input.
struct Seen {
    double min = std::numeric_limits<double>::infinity(), max = -min;
    std::size_t infinite = 0, count = 0;
};

Preview::Input look(const NamedTensor& tensor, Seen& seen) {
    Preview::Input out{tensor.name, tensor.type, tensor.shape};
    double least = std::numeric_limits<double>::infinity(), most = -least, sum = 0;
    std::size_t finite = 0;
    for (const double value : valuesOf(tensor)) {
        ++seen.count;
        if (!std::isfinite(value)) {
            ++seen.infinite;
            continue;
        }
        least = std::min(least, value);
        most = std::max(most, value);
        sum += value;
        ++finite;
    }
    if (finite > 0) {
        out.min = least;
        out.max = most;
        out.mean = sum / double(finite);
        seen.min = std::min(seen.min, least);
        seen.max = std::max(seen.max, most);
    }
    return out;
}

Picture inColour(const Picture& picture) {
    if (picture.channels == 3) return picture;
    Picture out{picture.width, picture.height, 3, {}};
    for (const std::uint8_t pixel : picture.pixels) out.pixels.insert(out.pixels.end(), 3, pixel);
    return out;
}

void find(const model::Value& input, const Seen& seen, std::size_t samples, std::vector<std::string>& findings) {
    const auto note = [&](const std::string& what) {
        findings.push_back(fmt::format("Input \"{}\" {} in the first {} sample{}.", printable(input.name), what, samples,
                                       samples == 1 ? "" : "s"));
    };
    if (seen.infinite > 0) note(fmt::format("has {} infinite values", seen.infinite));
    if (seen.count > 1 && seen.min == seen.max) note(fmt::format("is constant ({})", seen.min));
    if (isFloat(input.type) && runtime::isImage(input) && seen.min >= 0 && seen.max > 16 && seen.max <= 255)
        note(fmt::format("holds values {}..{} where a model of pictures with a float input probably wants 0..1 or normalized ones, "
                         "see --scale, --mean and --std,",
                         seen.min, seen.max));
}

}  // namespace

Result<Preview> preview(const model::Model& model, const DataSource& source, Job& job, std::size_t samples) {
    const auto data = loadDataset(model, source, std::numeric_limits<std::size_t>::max(), job);
    if (!data) return propagate(data);
    Preview out;
    out.count = data->count();
    out.synthetic = source.isSynthetic();
    out.words = data->words;
    for (const int label : data->labels)
        if (label != kNoLabel) ++out.classes[label];
    const std::size_t looked = std::min(samples, out.count);
    std::map<std::string, Seen> seen;
    for (std::size_t i = 0; i < looked; ++i) {
        if (job.cancelled()) return cancelled();
        const auto sample = data->sample(i);
        if (!sample) return propagate(sample);
        Preview::Sample& shown = out.samples.emplace_back();
        for (const NamedTensor& tensor : *sample) shown.inputs.push_back(look(tensor, seen[tensor.name]));
        for (std::size_t given = data->given; given < shown.inputs.size(); ++given) shown.inputs[given].supplied = true;
        if (i < data->labels.size() && data->labels[i] != kNoLabel) shown.label = data->labels[i];
        if (data->images) {
            const auto to = imageInput(model, source);
            if (!to) return propagate(to);
            shown.file = data->files[i].string();
            auto picture = openPicture(data->files[i], to->channels);
            if (picture) picture = fitted(std::move(*picture), source.images, to->height, to->width, data->files[i]);
            if (!picture) return propagate(picture);
            shown.picture = inColour(*picture);
        }
        if (i > 0 || !data->tokenizer) continue;
        for (const NamedTensor& tensor : *sample)
            if (tensor.name == data->tokens)
                for (const double id : valuesOf(tensor)) out.ids.push_back(std::int64_t(id));
        for (const std::int64_t id : out.ids) out.text += data->tokenizer->piece(id);
        out.text = validUtf8(out.text);
    }
    if (out.synthetic) out.findings.emplace_back("The data are made up: whatever comes of them is marked synthetic.");
    for (const model::Value& input : model.graph().inputs)
        if (const auto found = seen.find(input.name); found != seen.end() && !runtime::followsFromShape(input))
            find(input, found->second, looked, out.findings);
    return out;
}

}  // namespace roundoff::calibration

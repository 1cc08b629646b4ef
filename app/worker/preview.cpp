#include <algorithm>

#include "app/worker/measure.h"
#include "core/base/text.h"
#include "core/calibration/tokenizer.h"
#include "core/tensor/tensor_view.h"

namespace roundoff::worker {
namespace {

constexpr std::size_t kMostSamples = 1'000'000;
constexpr std::size_t kMostText = 400;

/// What the first tokens stand for.
QString textOf(const calibration::Tokenizer& tokenizer, const std::vector<float>& ids) {
    std::string text;
    for (const float id : ids)
        if (text.size() < kMostText) text += tokenizer.piece(std::int64_t(id));
    return QString::fromStdString(validUtf8(text));
}

}  // namespace

Result<ui::DataPreview> preview(const ui::PreviewCommand& command, Job& job) {
    const auto data = calibration::loadDataset(command.model, command.data, kMostSamples, job);
    if (!data) return propagate(data);
    ui::DataPreview result;
    result.samples = data->count();
    if (result.samples == 0) return result;
    const auto read = data->sample(0);
    if (!read) return propagate(read);
    const runtime::Sample& sample = *read;
    if (sample.empty()) return result;
    QStringList inputs;
    for (const auto& input : sample) {
        const auto type = tensor::name(input.type);
        inputs << QStringLiteral("%1: %2 %3").arg(QString::fromStdString(input.name), QString::fromUtf8(type.data(), qsizetype(type.size())),
                                                  QString::fromStdString(tensor::text(input.shape)));
    }
    result.what = inputs.join(QStringLiteral("\n"));
    const auto& first = sample.front();
    result.shape = first.shape;
    if (first.view().count() > ui::DataPreview::kMostValues) return result;
    result.first.resize(first.view().count());
    if (tensor::isFloat(first.type)) {
        tensor::readFloats(first.view(), 0, result.first);
    } else if (first.type == tensor::ElementType::Int64) {  // beyond what readFloats takes
        const auto* ids = reinterpret_cast<const std::int64_t*>(first.bytes.data());
        std::transform(ids, ids + result.first.size(), result.first.begin(), [](std::int64_t id) { return float(id); });
    } else {
        result.first.clear();
    }
    if (data->tokenizer) result.text = textOf(*data->tokenizer, result.first);
    return result;
}

}  // namespace roundoff::worker

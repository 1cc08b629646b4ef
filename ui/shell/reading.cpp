#include "ui/shell/reading.h"

#include <QFileInfo>
#include <QStringList>
#include <algorithm>

#include "core/runtime/inputs.h"

namespace roundoff::ui {
namespace {

using calibration::DataSource;
using calibration::ImageOptions;
using Layout = ImageOptions::Layout;
using Fit = ImageOptions::Fit;

constexpr double kLeastWindow = 2, kMostWindow = 1 << 20;

QString numbersText(const std::vector<double>& numbers) {
    QStringList parts;
    for (const double number : numbers) parts << QString::number(number, 'g', 12);
    return parts.join(QLatin1Char(','));
}

QString resizeText(const DataSource& source) {
    const ImageOptions& images = source.images;
    switch (images.fit) {
        case Fit::Input: return {};
        case Fit::Shorter: return QString::number(images.height);
        case Fit::Exact: return QStringLiteral("%1x%2").arg(images.height).arg(images.width);
        case Fit::None: break;
    }
    return QStringLiteral("none");
}

Result<void> takeWindow(DataSource& source, const std::string& text) {
    source.window = 0;
    const auto numbers = calibration::parseNumbers("--window", text);
    if (!numbers) return propagate(numbers);
    if (numbers->empty()) return {};
    const double window = numbers->front();
    if (numbers->size() > 1 || window < kLeastWindow || window > kMostWindow || window != double(std::size_t(window)))
        return usage("--window", "that is no number of tokens", "Write a whole number of 2 to 1048576");
    source.window = std::size_t(window);
    return {};
}

/// "height=224, width=224".
Result<void> takeSizes(DataSource& source, const std::string& text) {
    source.dims.clear();
    for (const QString& part : QString::fromStdString(text).split(QLatin1Char(','), Qt::SkipEmptyParts))
        if (!part.trimmed().isEmpty())
            if (auto set = calibration::setDim(source, part.trimmed().toStdString()); !set) return set;
    return {};
}

QString sizesText(const DataSource& source) {
    QStringList parts;
    for (const auto& [name, size] : source.dims) parts << QStringLiteral("%1=%2").arg(QString::fromStdString(name)).arg(size);
    return parts.join(QStringLiteral(", "));
}

bool ends(const DataSource& source, const char* const (&extensions)[3]) {
    const QString suffix = QFileInfo(QString::fromStdString(source.path.string())).suffix().toLower();
    return std::ranges::any_of(extensions, [&](const char* each) { return suffix == QLatin1String(each); });
}

/// Free axes of an input that no rule gives a size: not the batch, nothing of the past.
void addSizes(const model::Value& input, std::vector<std::string>& names) {
    for (std::size_t i = 0; i < input.shape.size(); ++i) {
        if (input.shape[i] >= 0) continue;
        std::string name = i < input.dimensionNames.size() ? input.dimensionNames[i] : std::string();
        const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
        if (i == 0 || has("batch") || has("past") || has("total") || has("+")) continue;
        if (name.empty()) name = input.name + ":" + std::to_string(i);
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
}

}  // namespace

ReadingNeeds readingNeeds(const model::Model& model, const DataSource& source) {
    ReadingNeeds needs;
    if (model.empty()) return needs;
    const auto& inputs = model.graph().inputs;
    const bool folder = !source.isSynthetic() && QFileInfo(QString::fromStdString(source.path.string())).isDir();
    const bool picture = ends(source, {"png", "jpg", "jpeg"}), array = ends(source, {"npy", "npz", "npz"});
    needs.pictures = (folder || picture) && std::ranges::any_of(inputs, runtime::isImage);
    needs.text = !source.isSynthetic() && !folder && !picture && !array;
    if (!source.isSynthetic() && !needs.pictures) return needs;  // the data give the sizes
    for (const auto& input : inputs)
        if (!runtime::followsFromShape(input)) addSizes(input, needs.sizes);
    return needs;
}

const std::vector<ReadingField>& readingFields() {
    using enum Reading;
    static const std::vector<ReadingField> fields{
        {"resize", Pictures, QT_TRANSLATE_NOOP("Reading", "Resize"), QT_TRANSLATE_NOOP("Reading", "to the input"),
         QT_TRANSLATE_NOOP("Reading", "N for the shorter side, HxW for both, or none; then the centre is cropped"), {}, resizeText,
         [](DataSource& source, const std::string& text) { return calibration::setResize(source.images, text); }},
        {"scale", Pictures, QT_TRANSLATE_NOOP("Reading", "Scale"), QT_TRANSLATE_NOOP("Reading", "1/255, integers 1"),
         QT_TRANSLATE_NOOP("Reading", "What pixels of 0..255 are multiplied by"), {},
         [](const DataSource& source) { return source.images.scale ? QString::number(*source.images.scale, 'g', 12) : QString(); },
         [](DataSource& source, const std::string& text) { return calibration::setScale(source.images, text); }},
        {"mean", Pictures, QT_TRANSLATE_NOOP("Reading", "Mean"), "0",
         QT_TRANSLATE_NOOP("Reading", "What is taken off each channel after the scale: one number, or one for each, as 0.485,0.456,0.406"), {},
         [](const DataSource& source) { return numbersText(source.images.mean); },
         [](DataSource& source, const std::string& text) { return calibration::setMean(source.images, text); }},
        {"std", Pictures, QT_TRANSLATE_NOOP("Reading", "Std"), "1",
         QT_TRANSLATE_NOOP("Reading", "What each channel is divided by then: one number, or one for each, as 0.229,0.224,0.225"), {},
         [](const DataSource& source) { return numbersText(source.images.std); },
         [](DataSource& source, const std::string& text) { return calibration::setStd(source.images, text); }},
        {"layout", Pictures, QT_TRANSLATE_NOOP("Reading", "Layout"), "",
         QT_TRANSLATE_NOOP("Reading", "Where the input has its channels"),
         {{"", QT_TRANSLATE_NOOP("Reading", "by shape")}, {"nchw", "NCHW"}, {"nhwc", "NHWC"}},
         [](const DataSource& source) {
             const Layout layout = source.images.layout;
             return layout == Layout::Nchw ? QStringLiteral("nchw") : layout == Layout::Nhwc ? QStringLiteral("nhwc") : QString();
         },
         [](DataSource& source, const std::string& text) -> Result<void> {
             source.images.layout = text == "nchw" ? Layout::Nchw : text == "nhwc" ? Layout::Nhwc : Layout::ByShape;
             return {};
         }},
        {"channels", Pictures, QT_TRANSLATE_NOOP("Reading", "Channels"), "", QT_TRANSLATE_NOOP("Reading", "The order of the colours"),
         {{"", "RGB"}, {"bgr", "BGR"}},
         [](const DataSource& source) { return source.images.bgr ? QStringLiteral("bgr") : QString(); },
         [](DataSource& source, const std::string& text) -> Result<void> {
             source.images.bgr = text == "bgr";
             return {};
         }},
        {"window", Text, QT_TRANSLATE_NOOP("Reading", "Window"), QT_TRANSLATE_NOOP("Reading", "as the model says"),
         QT_TRANSLATE_NOOP("Reading", "Tokens in one sample"), {},
         [](const DataSource& source) { return source.window > 0 ? QString::number(source.window) : QString(); }, takeWindow},
        {"dims", Sizes, QT_TRANSLATE_NOOP("Reading", "Sizes"), "",
         QT_TRANSLATE_NOOP("Reading", "Sizes of free dimensions, by name or INPUT:AXIS, as height=224, width=224"), {}, sizesText, takeSizes},
    };
    return fields;
}

}  // namespace roundoff::ui

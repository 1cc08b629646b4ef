#include "ui/models/layer_columns.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <cstring>

#include "ui/shell/numbers.h"

namespace roundoff::ui {
namespace {

using Value = std::optional<double>;

const model::Layer& layerOf(const State& state, int layer) { return state.model.layers()[std::size_t(layer)]; }

const analysis::WeightError* errorOf(const State& state, int layer) {
    const auto* report = state.report(layer);
    return report && report->weight ? &*report->weight : nullptr;
}

template <class F>
Value ofError(const State& state, int layer, F figure) {
    const auto* error = errorOf(state, layer);
    return error ? Value(figure(*error)) : std::nullopt;
}
template <class F>
Value ofStatistics(const State& state, int layer, F figure) {
    const auto* statistics = state.statistics(layer);
    return statistics ? Value(figure(*statistics)) : std::nullopt;
}

Value sqnr(const State& s, int l) { return ofError(s, l, [](const auto& e) { return e.sqnrDb(); }); }
Value rmse(const State& s, int l) { return ofError(s, l, [](const auto& e) { return e.rmseOverScale(); }); }
Value cosine(const State& s, int l) { return ofError(s, l, [](const auto& e) { return e.cosine(); }); }
Value clipped(const State& s, int l) {
    return ofError(s, l, [](const auto& e) { return e.count ? double(e.clipped) / double(e.count) : 0.0; });
}
Value zeroed(const State& s, int l) {
    return ofError(s, l, [](const auto& e) { return e.count ? double(e.zeroed) / double(e.count) : 0.0; });
}
template <bool Own>
const analysis::ValueError* outputOf(const State& s, int l) {
    const auto* report = s.report(l);
    if (!report || !report->output) return nullptr;
    const auto& error = Own ? report->output->isolated : report->output->accumulated;
    return error && error->count ? &*error : nullptr;
}
template <bool Own>
Value outputSqnr(const State& s, int l) {
    const auto* error = outputOf<Own>(s, l);
    return error ? Value(error->sqnrDb()) : std::nullopt;
}
template <bool Own>
Value outputCosine(const State& s, int l) {
    const auto* error = outputOf<Own>(s, l);
    return error ? Value(error->cosine()) : std::nullopt;
}
Value minimum(const State& s, int l) { return ofStatistics(s, l, [](const auto& w) { return w.min; }); }
Value maximum(const State& s, int l) { return ofStatistics(s, l, [](const auto& w) { return w.max; }); }
Value crest(const State& s, int l) { return ofStatistics(s, l, [](const auto& w) { return w.crest(); }); }
Value kurtosis(const State& s, int l) { return ofStatistics(s, l, [](const auto& w) { return w.kurtosis; }); }
Value parameters(const State& s, int l) { return double(layerOf(s, l).parameters); }
Value bytesAfter(const State& s, int l) {
    const auto* report = s.report(l);
    return report && report->status != analysis::Status::Pending ? Value(double(report->bytesAfter)) : std::nullopt;
}

template <Value (*Get)(const State&, int)>
QString significant(const State& s, int l) {
    const Value value = Get(s, l);
    return value ? significantText(*value, 3) : QString();
}
template <Value (*Get)(const State&, int)>
QString percent(const State& s, int l) {
    const Value value = Get(s, l);
    return value ? percentText(*value) : QString();
}
template <Value (*Get)(const State&, int), int Decimals>
QString fixed(const State& s, int l) {
    const Value value = Get(s, l);
    if (!value) return {};
    return std::isfinite(*value) ? QString::number(*value, 'f', Decimals) : dashText();
}

QString nameText(const State& s, int l) { return QString::fromStdString(layerOf(s, l).name); }
QString opText(const State& s, int l) { return QString::fromStdString(layerOf(s, l).op); }
QString shapeText(const State& s, int l) { return QString::fromStdString(tensor::text(layerOf(s, l).shape)); }
QString parametersText(const State& s, int l) { return countText(layerOf(s, l).parameters); }
QString typeText(const State& s, int l) {
    const auto name = tensor::name(s.model.tensors()[layerOf(s, l).weight].type);
    return QString::fromUtf8(name.data(), qsizetype(name.size()));
}
QString planText(const State& s, int l) { return schemeText(s.recipe.schemeOf(layerOf(s, l).name)); }
template <Value (*Get)(const State&, int)>
QString decibels(const State& s, int l) {
    const Value value = Get(s, l);
    return value ? dbText(*value) : QString();
}
QString sizeText(const State& s, int l) {
    const auto* report = s.report(l);
    if (!report) return {};
    const auto kilo = [](std::uint64_t bytes) {
        const double value = double(bytes) / 1000;
        return value >= 10 || value == 0 ? countText(std::uint64_t(std::llround(value)))
                                         : QString::number(value, 'f', 1);
    };
    if (report->status == analysis::Status::Pending) return kilo(report->bytesBefore);
    return kilo(report->bytesBefore) + QStringLiteral(" → ") + kilo(report->bytesAfter);
}

}  // namespace

double sqnrHeat(double db) {
    if (std::isnan(db)) return 0;
    return std::clamp((50.0 - db) / 45.0, 0.0, 1.0);
}

const std::vector<LayerColumn>& layerColumns() {
    using Look = LayerColumn::Look;
    static const std::vector<LayerColumn> columns{
        {"name", QT_TRANSLATE_NOOP("LayerColumn", "Layer"), QT_TRANSLATE_NOOP("LayerColumn", "Name in the model"),
         Look::ElidedLeft, 132, true, nameText, nullptr, nullptr},
        {"op", QT_TRANSLATE_NOOP("LayerColumn", "Op"),
         QT_TRANSLATE_NOOP("LayerColumn", "Operator that uses the weight"), Look::Text, 74, false, opText, nullptr,
         nullptr},
        {"shape", QT_TRANSLATE_NOOP("LayerColumn", "Shape"), QT_TRANSLATE_NOOP("LayerColumn", "Shape of the weight"),
         Look::Text, 104, false, shapeText, nullptr, nullptr},
        {"params", QT_TRANSLATE_NOOP("LayerColumn", "Params"),
         QT_TRANSLATE_NOOP("LayerColumn", "Elements of the weight"), Look::Number, 84, false, parametersText,
         parameters, nullptr},
        {"dtype", QT_TRANSLATE_NOOP("LayerColumn", "Type"),
         QT_TRANSLATE_NOOP("LayerColumn", "Element type in the file"), Look::Text, 66, false, typeText, nullptr,
         nullptr},
        {"scheme", QT_TRANSLATE_NOOP("LayerColumn", "Scheme"),
         QT_TRANSLATE_NOOP("LayerColumn", "How the layer is quantized; double-click or F2 to change it"), Look::Scheme,
         116, true, planText, nullptr, nullptr},
        {"sqnr", QT_TRANSLATE_NOOP("LayerColumn", "SQNR dB"),
         QT_TRANSLATE_NOOP("LayerColumn",
                           "Signal to quantization noise of the weight, in dB. 6 dB are one bit; more is better"),
         Look::Heat, 76, true, decibels<sqnr>, sqnr, sqnrHeat},
        {"rmse", QT_TRANSLATE_NOOP("LayerColumn", "RMSE / scale"),
         QT_TRANSLATE_NOOP("LayerColumn",
                           "Root mean square error in steps. 0.289 is a healthy uniform quantizer, above 0.7 suspect"),
         Look::Number, 88, false, significant<rmse>, rmse, nullptr},
        {"cosine", QT_TRANSLATE_NOOP("LayerColumn", "Cosine"),
         QT_TRANSLATE_NOOP("LayerColumn", "Cosine between the float and the quantized weight"), Look::Number, 72, false,
         fixed<cosine, 5>, cosine, nullptr},
        {"clip", QT_TRANSLATE_NOOP("LayerColumn", "Clipped"),
         QT_TRANSLATE_NOOP("LayerColumn", "Share of elements beyond the outermost level"), Look::Number, 70, false,
         percent<clipped>, clipped, nullptr},
        {"zero", QT_TRANSLATE_NOOP("LayerColumn", "To zero"),
         QT_TRANSLATE_NOOP("LayerColumn", "Share of non-zero elements that became 0"), Look::Number, 70, false,
         percent<zeroed>, zeroed, nullptr},
        {"min", QT_TRANSLATE_NOOP("LayerColumn", "Min"), QT_TRANSLATE_NOOP("LayerColumn", "Smallest weight"),
         Look::Number, 70, false, significant<minimum>, minimum, nullptr},
        {"max", QT_TRANSLATE_NOOP("LayerColumn", "Max"), QT_TRANSLATE_NOOP("LayerColumn", "Largest weight"),
         Look::Number, 70, false, significant<maximum>, maximum, nullptr},
        {"crest", QT_TRANSLATE_NOOP("LayerColumn", "Crest"),
         QT_TRANSLATE_NOOP("LayerColumn", "Largest magnitude over RMS: how far outliers stand out"), Look::Number, 54,
         true, fixed<crest, 1>, crest, nullptr},
        {"kurtosis", QT_TRANSLATE_NOOP("LayerColumn", "Kurtosis"),
         QT_TRANSLATE_NOOP("LayerColumn", "Weight of the tails; 3 is a normal distribution"), Look::Number, 70, false,
         fixed<kurtosis, 2>, kurtosis, nullptr},
        {"isolated", QT_TRANSLATE_NOOP("LayerColumn", "Isolated"),
         QT_TRANSLATE_NOOP("LayerColumn",
                           "SQNR in dB of the layer's output with this layer alone quantized (isolated), on the chosen data"),
         Look::Heat, 68, false, decibels<outputSqnr<true>>, outputSqnr<true>, sqnrHeat, true},
        {"accumulated", QT_TRANSLATE_NOOP("LayerColumn", "Accum."),
         QT_TRANSLATE_NOOP("LayerColumn",
                           "SQNR in dB of the layer's output with every layer quantized (accumulated), on the chosen data"),
         Look::Heat, 66, false, decibels<outputSqnr<false>>, outputSqnr<false>, sqnrHeat, true},
        {"cosisolated", QT_TRANSLATE_NOOP("LayerColumn", "Isolated cos"),
         QT_TRANSLATE_NOOP("LayerColumn", "Cosine of the layer's output with this layer alone quantized"), Look::Number,
         80, false, fixed<outputCosine<true>, 5>, outputCosine<true>, nullptr, true},
        {"cosaccumulated", QT_TRANSLATE_NOOP("LayerColumn", "Accum. cos"),
         QT_TRANSLATE_NOOP("LayerColumn", "Cosine of the layer's output with every layer quantized"), Look::Number, 80,
         false, fixed<outputCosine<false>, 5>, outputCosine<false>, nullptr, true},
        {"size", QT_TRANSLATE_NOOP("LayerColumn", "Size kB"),
         QT_TRANSLATE_NOOP("LayerColumn", "Bytes of the weight now and quantized, in units of 1000"), Look::DataBar, 86,
         true, sizeText, bytesAfter, nullptr},
    };
    return columns;
}

QString outputReason(const State& state, int layer) {
    const auto* report = state.report(layer);
    if (!report || report->status == analysis::Status::Pending) return QCoreApplication::translate("LayerColumn", "pending");
    if (report->output && !report->output->reason.empty()) return QString::fromStdString(report->output->reason);
    if (state.measuring) return QCoreApplication::translate("LayerColumn", "being measured");
    return QCoreApplication::translate("LayerColumn", "not measured: choose data, then Measure");
}

QString partMark(const analysis::LayerReport* report) {
    if (!report || !report->output || !report->output->partial()) return {};
    return QStringLiteral("; ") + QString::fromStdString(report->output->reason);
}

int layerColumn(const char* id) {
    const auto& columns = layerColumns();
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (std::strcmp(columns[i].id, id) == 0) return int(i);
    return -1;
}

Value layerFigure(const State& state, int layer, const QString& id) {
    if (id == QLatin1String("bits")) {
        const auto bytes = bytesAfter(state, layer);
        const double count = double(layerOf(state, layer).parameters);
        if (!bytes || count == 0) return std::nullopt;
        // Of a code, so that bits=4 finds the 4-bit layers whatever their scales add.
        const auto* report = state.report(layer);
        const double own = report && report->status == analysis::Status::Quantized
                               ? double(schemeBits(report->scheme).value_or(0))
                               : *bytes * 8 / count;
        return own;
    }
    const int column = layerColumn(id.toLatin1().constData());
    if (column < 0 || !layerColumns()[std::size_t(column)].value) return std::nullopt;
    auto value = layerColumns()[std::size_t(column)].value(state, layer);
    if (value && (id == QLatin1String("clip") || id == QLatin1String("zero"))) *value *= 100;  // as printed
    if (value && id == QLatin1String("size")) *value /= 1000;
    return value;
}

}  // namespace roundoff::ui

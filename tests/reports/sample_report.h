#pragma once
#include <limits>
#include <string>
#include <vector>

#include "core/analysis/report.h"
#include "core/model/model.h"
#include "core/reports/writer.h"

namespace roundoff::reports::testing {

inline model::Model modelWith(const std::vector<std::string>& names) {
    model::Info info;
    info.path = "models/net.onnx";
    info.format = "onnx";
    info.bytes = 4321;
    info.opsets[""] = 17;
    std::vector<model::Layer> layers;
    for (const auto& name : names) {
        model::Layer layer;
        layer.name = name;
        layer.op = "MatMul";
        layer.shape = {4, 25};
        layer.parameters = 100;
        info.parameters += layer.parameters;
        layers.push_back(layer);
    }
    return {info, {}, layers, {}, nullptr};
}

inline analysis::WeightStatistics statisticsOf(double low, double high) {
    analysis::WeightStatistics out;
    out.count = 100;
    out.min = low;
    out.max = high;
    out.rms = 0.5;
    out.kurtosis = 3.25;
    out.histogram = {low, high, std::vector<std::uint64_t>(2048, 1)};
    return out;
}

inline analysis::WeightError errorOf(double signal, double noise) {
    analysis::WeightError out;
    out.signal = out.quantized = out.product = signal;
    out.noise = noise;
    out.stepSquares = 12 * noise;
    out.maxAbsError = 0.125;
    out.count = 100;
    out.clipped = 3;
    out.zeroed = 7;
    return out;
}

inline analysis::Comparison comparisonOf(const model::Model& model, const std::vector<std::string>& schemes) {
    analysis::Comparison out;
    for (const auto& scheme : schemes) {
        analysis::Report report;
        report.recipe.standard = schemes::parseScheme(scheme).value();
        report.seconds = 0.25;
        analysis::LayerReport layer;
        layer.status = analysis::Status::Quantized;
        layer.scheme = report.recipe.standard;
        layer.parameters = 100;
        layer.bytesBefore = 400;
        layer.bytesAfter = 104;
        layer.weight = errorOf(100, 0.01);
        report.layers.assign(model.layers().size(), layer);
        out.reports.push_back(std::move(report));
    }
    out.statistics.assign(model.layers().size(), statisticsOf(-1.5, 2));
    return out;
}

inline analysis::LayerReport unquantized(analysis::Status status, const std::string& reason) {
    analysis::LayerReport out;
    out.status = status;
    out.reason = reason;
    out.parameters = 100;
    out.bytesBefore = out.bytesAfter = 400;
    return out;
}

inline Context context() {
    return {"compare", 2, 7, std::string(64, 'a')};
}

inline std::string written(std::string_view writer, const model::Model& model, const analysis::Comparison& comparison) {
    const Writer* found = findWriter(writer);
    return found ? found->write(model, comparison, context()).value() : std::string();
}

/// Names that break careless writers: markup, quotes, separators, line ends, control characters, broken UTF-8.
inline std::vector<std::string> hostileNames() {
    return {"<script>alert(1)</script>", "a\"b'c&d", "x,y;\"z\"", "line\nbreak\r\ttab", "\x1b[31mred",
            "bad\xFF\xC3utf8",           "",         " padded ",  "层 🙂",           std::string(5000, 'n')};
}

}  // namespace roundoff::reports::testing

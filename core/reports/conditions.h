#pragma once
#include <string>
#include <vector>

#include "core/reports/writer.h"

namespace roundoff::reports {

/// The number of threads that the context means on this machine.
int threadsMeant(const Context& context);
/// The context's hash of the model's file, read from the file where the context has none.
Result<std::string> modelHash(const model::Model& model, const Context& context);
/// "ONNX, opset 17, 29 layers, 3,148,032 parameters, 13.1 MB"
std::string modelLine(const model::Model& model);
/// "Fold constants: nodes computed in advance: 19; outputs equal to 141 dB", one for each step that was asked for.
std::vector<std::string> preprocessingLines(const model::Model& model);
/// "420 ms on 2 threads, Intel(R) Xeon(R) Processor, AVX-512 VNNI"
std::string speedLine(const analysis::Comparison& comparison, const Context& context);
/// "shakespeare.onnx"; printable.
std::string fileName(const model::Model& model);

/// True where a comparison was cancelled before its last layer.
bool partial(const analysis::Comparison& comparison);
/// A scheme's name in a heading: the shortest text, with "and N exceptions" where the recipe has some.
std::string recipeTitle(const analysis::Recipe& recipe);
/// What stands in a table's cell: "43.3", "exact", "kept", "skipped", "–".
std::string sqnrCell(const analysis::LayerReport& report);
std::string sqnrText(double decibels);  ///< likewise of a number: "43.3", "exact", "–"

/// A column of what comes out of layers; `error` is null where a layer has no such figure.
struct OutputColumn {
    std::size_t report;
    std::string title;  ///< "int8", "accumulated"
    const analysis::ValueError* (*error)(const analysis::LayerReport& layer);
};
/// Isolated and accumulated of each report; empty where no layer has such a figure.
std::vector<OutputColumn> outputColumns(const analysis::Comparison& comparison);
/// "int8: 3 layers kept: excluded by --exclude": each reason once a recipe, those of missing outputs too; printable.
std::vector<std::string> reasonLines(const analysis::Comparison& comparison);
/// "int8/uint8: the inputs of 3 layers stay float: …": each reason once a recipe; printable.
std::vector<std::string> activationLines(const model::Model& model, const analysis::Comparison& comparison);
/// "int8: output "logits" holds NaN …, in 1 of 5 samples", "int8: the figures … are of 3 of 5 samples, …": one for each recipe
/// whose figures leave values or samples out; printable.
std::vector<std::string> oddLines(const analysis::Comparison& comparison);
inline constexpr const char* kOutputSentence =
    "Output SQNR in dB: each layer alone on the float model's inputs, and accumulated with all before it.";

/// "info", "warning", "problem"
std::string_view severityName(analysis::Finding::Severity severity);
/// Name of the layer that a finding is about; empty where it is about the model.
std::string layerName(const model::Model& model, const analysis::Finding& finding);

}  // namespace roundoff::reports

#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/node_report.h"
#include "core/analysis/recipe.h"
#include "core/analysis/report.h"
#include "core/base/job.h"
#include "core/base/result.h"
#include "core/calibration/calibration.h"
#include "core/calibration/dataset.h"
#include "core/model/model.h"

namespace roundoff::exports {

/// One check of the proof of an exported file.
struct Check {
    std::string name;  ///< "structure", "digest", "weights bit for bit", "activations", "unchanged tensors", "runs in ONNX Runtime",
                       ///< "as simulated" (where activations are quantized)
    bool ok = false;
    std::string detail;  ///< numbers with their conditions
    std::string remedy{};  ///< where it does not hold: the way out, if there is one of its own
};

/// Outcome of comparing float and quantized outputs in ONNX Runtime. `conditions` says which inputs, how many, which
/// session options (ONNX Runtime quantizes activations of weight-only models by default: both figures are given).
struct OutputComparison {
    std::string conditions;
    bool synthetic = false;
    double sqnrDb = 0, cosine = 0;
    std::optional<double> sameTop1;  ///< 0..1, where the output has a class axis
};

struct Verification {
    std::vector<Check> checks;
    std::vector<OutputComparison> outputs;
    [[nodiscard]] bool ok() const;
};

struct ExportOptions {
    bool verify = true;
    bool externalData = false;                  ///< force external data; always used above 2 GB
    calibration::DataSource data;               ///< inputs for the proof
    std::string only, exclude;                  ///< layer selection as in analysis::Selection
    /// Ranges of the values that calibratedValues() names; may be null where it names none.
    std::shared_ptr<const calibration::Calibration> calibration;
    /// Called as each step of the work begins and ends: the dialog's ticks. ok is empty while the step runs.
    std::function<void(const std::string& step, std::optional<bool> ok, const std::string& detail)> onStep;
    std::map<std::string, std::string> reasons{};  ///< by layer name: why the recipe leaves it float, where that is known
};

/// One layer in the exported file.
struct ExportedLayer {
    std::string name;
    analysis::Status status = analysis::Status::Pending;
    std::string reason;
    schemes::Scheme scheme;
};

struct Exported {
    std::vector<std::filesystem::path> files;
    std::uint64_t bytes = 0;
    std::vector<ExportedLayer> layers;  ///< parallel to Model::layers()
    std::vector<analysis::NodeReport> nodes;  ///< parallel to Graph::nodes where activations are quantized, else empty
    std::vector<std::string> notes;     ///< "opset raised from 11 to 13 for per-channel DequantizeLinear"
    std::optional<Verification> verification;
};

/// A way to write a quantized model. A new target is one file here and one line in registry.cpp.
struct Target {
    std::string_view id;  ///< "onnx-qdq"
    std::string_view title;
    std::string_view summary;  ///< what it is for and which schemes it takes
    std::string_view extension;
    /// Empty where the target can hold a layer under a scheme, else the reason in words, naming the way out.
    std::string (*whyNot)(const model::Layer& layer, const schemes::Scheme& scheme);
    /// Writes the model to `temporary` (and data files beside it). Called by exportModel only.
    Result<Exported> (*write)(const model::Model& model, const analysis::Recipe& recipe,
                              const std::filesystem::path& temporary, const std::filesystem::path& final,
                              const ExportOptions& options, Job& job);
};

const std::vector<Target>& targets();
const Target* findTarget(std::string_view id);

/// Values of the graph whose ranges an export needs before it can begin; none where no activation is static.
Result<std::vector<std::string>> calibratedValues(const model::Model& model, const analysis::Recipe& recipe,
                                                  const Target& target, const ExportOptions& options);

/// An error, which says what to give, where the options' calibration lacks one of them.
Result<void> checkRanges(const model::Model& model, const analysis::Recipe& recipe, const Target& target, const ExportOptions& options);

/// Observes those values on the options' data, if they are not known yet, for the export to come.
Result<void> findRanges(const model::Model& model, const analysis::Recipe& recipe, const Target& target, ExportOptions& options,
                        const calibration::Store* store, Job& job);

/// Writes to a temporary file beside `path`, flushes it, re-opens it, proves it where asked, and only then renames it
/// over `path`, or over what that links to; the new file has the old one's permissions. On any failure the old file stays as it was and nothing else is left behind.
Result<Exported> exportModel(const model::Model& model, const analysis::Recipe& recipe, const Target& target,
                             const std::filesystem::path& path, const ExportOptions& options, Job& job);

/// Proves an exported file against the float model it came from: opens it, compares its digest, dequantizes every
/// weight and compares it bit for bit with the analysis, compares what should be unchanged, and runs both models in
/// ONNX Runtime, beside the analysis' simulation where activations are quantized. Checks that do not hold are results, not errors.
Result<Verification> verify(const model::Model& model, const std::filesystem::path& exported,
                            const calibration::DataSource& data, Job& job);

}  // namespace roundoff::exports

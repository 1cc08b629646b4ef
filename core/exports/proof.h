#pragma once
#include <set>

#include "core/exports/provenance.h"
#include "core/exports/simulated.h"
#include "core/exports/target.h"

// The checks that make up a proof; verify() and exportModel() run them in this order.
namespace roundoff::exports {

using Steps = std::function<void(const std::string& step, std::optional<bool> ok, const std::string& detail)>;

struct ProofOptions {
    bool full = true;  ///< false: digest and structure alone
    calibration::DataSource data;
    Steps onStep;
};

Result<Verification> prove(const model::Model& model, const std::filesystem::path& exported,
                           const ProofOptions& options, Job& job);

/// The same inputs and outputs, every layer found, and those of the recipe held as the target holds them.
Check checkStructure(const model::Model& model, const model::Model& exported, const Provenance& provenance);
/// Every quantized weight, read back from the file, equals the analysis bit for bit.
Result<Check> checkWeights(const model::Model& model, const model::Model& exported, const Provenance& provenance,
                           Job& job);
/// Scales and zero points of activations stand in the file as recorded, biases and constant operands as codes of them.
Result<Check> checkActivations(const model::Model& model, const model::Model& exported, const Provenance& provenance, Job& job);
/// Constants that the file may hold as codes: biases and constant operands.
std::set<std::size_t> recodedConstants(const model::Model& model, const Provenance& provenance);
/// Every other constant of the float model stands in the file with the same bytes.
Result<Check> checkUnchanged(const model::Model& model, const model::Model& exported, const Provenance& provenance,
                             Job& job);
/// Both models run in ONNX Runtime, all optimizations on and faithfully; the comparisons go to `outputs`.
/// @param simulated sees the faithful runs; may be null
Result<Check> checkRuns(const model::Model& model, const std::filesystem::path& exported,
                        const calibration::DataSource& data, Simulated* simulated, std::vector<OutputComparison>& outputs,
                        Job& job);

}  // namespace roundoff::exports

#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/analysis/recipe.h"
#include "core/analysis/report.h"
#include "core/schemes/scheme.h"

namespace roundoff::speed {

/// Wall times of many runs, in milliseconds.
struct Spread {
    double median = 0;
    double iqr = 0;  ///< between the quartiles
    std::size_t runs = 0;
};
/// All zero where there are no times.
Spread spreadOf(std::span<const double> milliseconds);

/// Float against quantized, run in turns in the same seconds.
struct Duel {
    Spread floatMs, quantizedMs;
    bool noisy = false;      ///< also after it was repeated: the figures mean little
    std::string noise;       ///< why noisy: "the quantized runs spread over 31 % of their median"; empty where calm
    [[nodiscard]] double speedup() const { return quantizedMs.median > 0 ? floatMs.median / quantizedMs.median : 0; }
    /// Share of the turns in which the quantized one was the faster: of neighbours in time, so drift does not count.
    double wins = 0;
    /// Faster by more than the measurement can err; a noisy one must be so by far.
    [[nodiscard]] bool faster() const { return noisy ? speedup() > 1.1 && wins > 0.75 : speedup() > 1.01 && wins > 0.6; }
    /// As fast at least; a noisy one must be faster to count as that.
    [[nodiscard]] bool notSlower() const { return noisy ? speedup() >= 1.05 && wins > 0.65 : speedup() >= 1 && wins >= 0.5; }
};

/// What an operator has to do for one run, whatever the scheme; zero where it is not known.
struct Work {
    std::uint64_t macs = 0;         ///< multiplications with additions
    std::uint64_t weights = 0;      ///< elements
    std::uint64_t inputs = 0, outputs = 0;  ///< elements of activations
};

/// One layer, alone in a model of its own.
struct LayerTiming {
    std::size_t layer = 0;  ///< index into Model::layers()
    schemes::Scheme scheme;
    analysis::Status status = analysis::Status::Pending;  ///< Quantized: measured
    std::string reason;       ///< why it was not measured; where it is not faster, why
    std::string target;       ///< id of the export target that was run
    std::optional<Duel> time;
    double weightBits = 0;    ///< per weight under the scheme, scales included
    Work work;
};

/// What the figures were measured under.
struct Conditions {
    int threads = 0;
    std::string cpu;      ///< with its instruction set
    std::string runtime;  ///< "ONNX Runtime 1.29.0, threads do not spin"
    std::string inputs;   ///< "first sample of digits.calib", "synthetic"
    bool synthetic = false;
    /// Share of all processors' time that other programs took meanwhile, 0..1; negative where the system does not tell.
    double othersShare = -1;
};

/// What this machine can do at most, measured beside the layers.
struct Machine {
    double gflops = 0;      ///< float32, of a large product of matrices in ONNX Runtime
    double gigabytes = 0;   ///< a second, of a stream of reads
    double callMs = 0;      ///< of the smallest model: what a run costs before it computes
    double int8Gops = 0;    ///< of a large product of uint8 by int8, a multiplication with its addition counting two
    /// Operations for each byte, above which arithmetic and below which memory is the limit.
    [[nodiscard]] double ridge() const { return gigabytes > 0 ? gflops / gigabytes : 0; }
};

/// What a device of the list would take by the roofline: an estimate, never measured.
struct Projection {
    std::string device;
    std::string assumptions;
    struct Estimate {
        double floatMs = 0, quantizedMs = 0;
        std::string bound;  ///< of the quantized form: "compute" or "memory"
    };
    std::vector<std::optional<Estimate>> layers;  ///< parallel to Model::layers(); empty where the work is not known
};

/// A model's time under one recipe.
struct Timing {
    analysis::Recipe recipe;
    std::vector<LayerTiming> layers;  ///< parallel to Model::layers()
    std::optional<Duel> endToEnd;     ///< the whole model
    std::string endToEndReason;       ///< why there is none; where it is not faster, why
    std::string target;               ///< that the whole model was exported to
    Conditions conditions;
    std::optional<Machine> machine;
    std::optional<Projection> projected;  ///< stands beside the measured figures, never among them
    bool partial = false;  ///< cancelled before the end
};

}  // namespace roundoff::speed

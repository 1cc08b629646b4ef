#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "core/analysis/output_error.h"

namespace roundoff::analysis {

/// A mean and its standard error, sqrt((E[x²] - E[x]²) / (n - 1)).
struct Mean {
    double value = 0, error = 0;
};

/// How well a model says the next token, and how far its distribution is from the float model's.
struct LanguageError {
    std::uint64_t tokens = 0;      ///< predictions: all positions but the last of each window; windows do not overlap, padding does not count
    double perplexity = 0;         ///< exp of the mean negative log-likelihood, in nats
    double perplexityFloat = 0;
    Mean kld;                      ///< KL(float || quantized) a token, in nats
    Mean sameTop;                  ///< share of tokens whose likeliest successor is the float model's
    double perplexityError = 0;    ///< standard error of `perplexity`: itself times that of the mean negative log-likelihood
};

/// How often the right class is the likeliest, or among the five likeliest; shares of the samples.
struct Accuracy {
    std::uint64_t samples = 0;
    double top1 = 0, top5 = 0, top1Float = 0, top5Float = 0;
};

/// A whole model against the float one: of its outputs, and of what the data let one judge by.
struct ModelError : OutputError {
    std::optional<LanguageError> language;
    std::optional<Accuracy> accuracy;
};

/// The whole model under one recipe against the float model, on the same samples in ONNX Runtime: the weights carry the
/// quantized values, all arithmetic is in float, so the error is the scheme's alone.
struct Evaluation {
    std::string conditions;
    bool synthetic = false;
    std::uint64_t samples = 0, wanted = 0;  ///< that the figures are of, and that the data hold: fewer where it was stopped
    OutputError output;
    std::optional<LanguageError> language;
    std::optional<Accuracy> accuracy;

    [[nodiscard]] bool partial() const { return samples < wanted; }
};

/// The whole model where a single layer differs from the others.
struct Sensitivity {
    ModelError only;     ///< with this layer alone quantized
    ModelError without;  ///< with every layer quantized but this one
};

}  // namespace roundoff::analysis

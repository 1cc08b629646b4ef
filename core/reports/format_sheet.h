#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/schemes/number_format.h"

namespace roundoff::reports {

/// What one export target says to a format, asked on a MatMul of 4096 × 4096.
struct TargetAnswer {
    std::string target;
    std::string scheme;  ///< the first scheme of the format that it takes, its default before others; empty = none
    std::string reason;  ///< why not the default scheme; empty where it takes that
};

/// All that can be said of a number format without a model, in the words of the scheme text: what `roundoff-cli schemes`
/// and docs/formats.md print.
struct FormatSheet {
    const schemes::NumberFormat* format = nullptr;
    std::string standard;      ///< its default scheme, every default spelled out
    double bitsPerWeight = 0;  ///< of that, scales included: see schemes::nominalBits
    std::string storage;       ///< ONNX element type of the codes; empty where none
    std::string scaleRule;     ///< "plain", "power-of-two", …
    std::vector<std::string> granularities, symmetries, ranges;  ///< "gN", "bRxC" and "pX" stand for any number
    bool powerOfTwoScales = false;                               ///< takes "pot"
    std::vector<TargetAnswer> targets;
};
FormatSheet sheetOf(const schemes::NumberFormat& format);

/// The values that codes take, ascending, for a scale that makes the largest magnitude 1. Of formats whose levels are
/// made from the weights: those of 4,096 normally distributed ones, and `learned` says so. Empty for "float".
struct LevelPicture {
    std::vector<double> levels;
    bool learned = false;
};
LevelPicture levelsOf(const schemes::NumberFormat& format);

}  // namespace roundoff::reports

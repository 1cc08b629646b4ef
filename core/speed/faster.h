#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/speed/bench.h"

namespace roundoff::speed {

/// A recipe that keeps quantized what runs faster so on this machine.
struct Faster {
    analysis::Recipe recipe;         ///< float by default; every layer that stays quantized by name
    std::map<std::string, std::string> reasons;  ///< by name: why a layer is left float: with its times, or why it was not measured
    std::vector<std::string> notes;  ///< what was done and measured, for the user
    std::optional<Duel> endToEnd;    ///< of `recipe`; empty where nothing stays quantized
};

/// True where a whole model's figure is the one to go on with: one that is not slower than float before one that may be, then the
/// greater speedup.
bool preferred(const Duel& candidate, const Duel& current);

/// Measures the layers alone and leaves float those that are not faster; measures the whole model so, and with all layers
/// quantized, as neighbours may gain together; takes the preferred() of the two. While that is slower than float, the half of its
/// layers that gains the least becomes float, down to none.
/// @param options its target must be set
Result<Faster> onlyFaster(const model::Model& model, const analysis::Recipe& recipe, const BenchOptions& options, Job& job);

}  // namespace roundoff::speed

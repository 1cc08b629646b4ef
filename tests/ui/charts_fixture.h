#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ui/shell/state.h"

namespace roundoff::ui::tests {

enum class Weights { Gaussian, HeavyTail, Constant, TwoValues, AllNan, SomeNan };

/// A model in memory with one weight a layer, [rows × columns], filled from a fixed seed.
struct LayerPlan {
    std::string name;
    int rows = 64, columns = 64;
    Weights weights = Weights::Gaussian;
};
model::Model makeModel(const std::vector<LayerPlan>& plan);

/// Names and sizes like a small language model's: 29 layers.
std::vector<LayerPlan> languageModel();

/// Compares really: report 0 is `scheme`, the others follow. The current layer is 0, its distribution is filled in.
State makeState(const std::vector<LayerPlan>& plan, const std::string& scheme, const std::vector<std::string>& others = {},
                int current = 0);

/// The same for any model.
State makeState(const model::Model& model, const std::string& scheme, const std::vector<std::string>& others, int current);
/// A model of resources/samples.
model::Model openSample(const std::string& file);

/// `layers` layers with made-up figures, without weights behind them: fast at any number.
State makeLargeState(int layers, int columns);

schemes::Scheme schemeOf(const std::string& text);

}  // namespace roundoff::ui::tests

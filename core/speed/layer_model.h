#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/model/model.h"
#include "core/runtime/session.h"
#include "core/speed/timing.h"

namespace roundoff::speed {

/// What makes up a layer alone: all its operators, and the values that flow into them.
struct LayerPart {
    std::vector<std::size_t> nodes;      ///< indices into Graph::nodes, ascending
    std::vector<std::string> inputs;     ///< neither constant nor made of constants alone, nor of another of the nodes
    std::string whyNot;                  ///< why the layer cannot stand alone; empty where it can
};
std::vector<LayerPart> layerParts(const model::Model& model);  ///< parallel to Model::layers()

/// The values that run through the float model with a sample, in the order of `names`.
Result<std::vector<runtime::NamedTensor>> captureValues(const model::Model& model, const std::vector<std::string>& names,
                                                        const runtime::Sample& sample, Job& job);

/// Writes a layer as a model of its own to `path` and opens it. Its inputs have the shapes of `inputs`, the tensors keep
/// their names.
Result<model::Model> layerModel(const model::Model& model, const LayerPart& part, const runtime::Sample& inputs,
                                const std::filesystem::path& path, Job& job);

/// The layer of a small model that has the same weight as `layer` of `model`; nullptr where there is none.
const model::Layer* sameLayer(const model::Model& small, const model::Model& model, const model::Layer& layer);

/// @param outputs of one run of the layer
Work workOf(const model::Layer& layer, const runtime::Sample& inputs, const runtime::Sample& outputs);

}  // namespace roundoff::speed

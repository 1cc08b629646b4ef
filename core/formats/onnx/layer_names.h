#pragma once
#include <string>
#include <string_view>

namespace roundoff::formats::onnx {

/// A readable name for a layer: its weight's, where that is more than a number ("layers.0.q_proj.weight" gives
/// "layers.0.q_proj"), else the node's path ("/model/layers.0/q_proj/MatMul" gives "model.layers.0.q_proj").
/// Names that come from the node get `suffix`, which tells its weights apart. Not yet unique.
std::string layerName(std::string_view tensor, std::string_view node, std::string_view op, std::string_view output,
                      std::string_view suffix);

}  // namespace roundoff::formats::onnx

#pragma once
#include "core/formats/format.h"

namespace roundoff::formats::onnx {

/// ONNX, opsets 7 to 25, with its weights inside or in external data files.
Format format();

}  // namespace roundoff::formats::onnx

#include "core/preprocessing/families.h"

namespace roundoff::preprocessing {

Step inferShapes() {
    return {"infer-shapes", "Infer shapes",
            "Writes the types and shapes of inner values into the model, which other steps and tools build on",
            "values got their type and shape",
            [](const model::Model&, formats::onnx::OnnxEdit& edit, Job&) { return edit.inferShapes(); }};
}

}  // namespace roundoff::preprocessing

#pragma once
#include <cstdint>
#include <string>

#include "core/base/result.h"
#include "core/formats/mapped_file.h"
#include "core/formats/onnx/skeleton.h"
#include "core/tensor/tensor_view.h"

namespace roundoff::formats::onnx {

/// The numbers of one tensor: checked against its type, shape and file, so that they can be read without doubt.
struct Payload {
    enum class Storage {
        None,     ///< no elements, or strings (which stay in the skeleton)
        Raw,      ///< the bytes as they are: raw_data, external data, float_data or double_data in one piece
        Numbers,  ///< one by one, as varints or in several pieces: decoded when asked for
    };
    Storage storage = Storage::None;
    tensor::ElementType type = tensor::ElementType::Undefined;
    tensor::Shape shape;
    std::uint64_t bytes = 0;   ///< of the raw form
    std::size_t file = 0;      ///< index into the list of maps; 0 is the model itself
    std::uint64_t offset = 0;  ///< of the first number
    CutPayload cut;            ///< for Storage::Numbers
};

/// Checks what was cut from a tensor inside the model. `where` names file and tensor.
Result<Payload> checkPayload(const CutPayload& cut, tensor::ElementType type, tensor::Shape shape,
                             const std::string& where);

/// The raw bytes of a payload in its file: a view into the map, or decoded.
Result<tensor::TensorData> readPayload(const Payload& payload, const std::shared_ptr<const MappedFile>& file,
                                       const std::string& where);

}  // namespace roundoff::formats::onnx

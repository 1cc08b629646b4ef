#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace roundoff::formats::onnx {

/// Where the numbers of one TensorProto lie in its file.
struct CutPayload {
    std::uint32_t field = 0;          ///< wire::TensorField; 0 where the tensor has none
    std::uint32_t chunks = 0;         ///< how often the field occurs; typed data may come one number at a time
    bool packed = true;               ///< every chunk is length-delimited
    bool mixed = false;               ///< two different fields hold data: broken
    std::uint64_t offset = 0;         ///< of the content of the first chunk
    std::uint64_t length = 0;         ///< of its content
    std::uint64_t messageOffset = 0;  ///< of the whole TensorProto
    std::uint64_t messageLength = 0;
};

/// A ModelProto without the numbers of its tensors, small whatever the model weighs. Each tensor carries a marker
/// (wire::kMarker): its index in `payloads`.
struct Skeleton {
    std::string bytes;
    std::vector<CutPayload> payloads;
};

/// Cuts the payloads out of a serialized ModelProto. Reads the structure only. Errors name `path` and the offset.
Result<Skeleton> cut(const std::string& path, std::span<const std::byte> file);

/// True where the head of a file could begin a ModelProto.
bool looksLikeModel(std::span<const std::byte> head);

}  // namespace roundoff::formats::onnx

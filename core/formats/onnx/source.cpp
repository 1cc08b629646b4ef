#include "core/formats/onnx/source.h"

#include <utility>

namespace roundoff::formats::onnx {

OnnxSource::OnnxSource(std::string skeleton, std::vector<std::shared_ptr<const MappedFile>> maps,
                       std::vector<Payload> payloads, std::vector<std::size_t> tensors)
    : m_skeleton(std::move(skeleton)),
      m_maps(std::move(maps)),
      m_payloads(std::move(payloads)),
      m_tensors(std::move(tensors)) {}

Result<tensor::TensorData> OnnxSource::data(std::size_t index) const {
    return payload(m_tensors.at(index));
}

Result<tensor::TensorData> OnnxSource::payload(std::size_t number) const {
    const Payload& payload = m_payloads.at(number);
    const auto& file = m_maps.at(payload.file);
    return readPayload(payload, file, file->path().string());
}

}  // namespace roundoff::formats::onnx

#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/formats/onnx/external_data.h"
#include "core/formats/onnx/payload.h"
#include "core/model/model.h"

namespace roundoff::formats::onnx {

/// What stays behind an opened ONNX model: the skeleton, and where the numbers of each of its tensors lie.
class OnnxSource final : public model::Source {
public:
    /// @param tensors payload number of each of Model::tensors()
    OnnxSource(std::string skeleton, std::vector<std::shared_ptr<const MappedFile>> maps, std::vector<Payload> payloads,
               std::vector<std::size_t> tensors);

    [[nodiscard]] Result<tensor::TensorData> data(std::size_t index) const override;

    /// The serialized ModelProto without payloads.
    [[nodiscard]] const std::string& skeleton() const { return m_skeleton; }
    [[nodiscard]] const std::vector<Payload>& payloads() const { return m_payloads; }
    /// Raw bytes of a payload by its number in the skeleton.
    [[nodiscard]] Result<tensor::TensorData> payload(std::size_t number) const;

private:
    std::string m_skeleton;
    std::vector<std::shared_ptr<const MappedFile>> m_maps;
    std::vector<Payload> m_payloads;
    std::vector<std::size_t> m_tensors;
};

}  // namespace roundoff::formats::onnx

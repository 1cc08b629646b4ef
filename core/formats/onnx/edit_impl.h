#pragma once
#include <unordered_map>
#include <unordered_set>

#include "core/formats/onnx/edit.h"
#include "core/formats/onnx/node_insertions.h"
#include "core/formats/onnx/source.h"
#include "core/formats/onnx/walk.h"

namespace roundoff::formats::onnx {

/// Numbers made while writing.
struct Made {
    std::uint64_t bytes;
    MakeBytes make;
};

/// The copy of the skeleton that is being edited. edit.cpp changes it, edit_write.cpp writes it.
struct OnnxEdit::Impl {
    model::Model model;
    std::shared_ptr<const OnnxSource> source;
    ::onnx::ModelProto proto;
    std::unique_ptr<Walk> walk;
    NodeInsertions insertions;
    std::vector<Made> made;
    std::unordered_map<std::string, const ::onnx::TensorProto*> added;
    std::unordered_set<const ::onnx::TensorProto*> removed;
    std::unordered_set<std::string> names;

    ::onnx::NodeProto& node(std::size_t index) { return *walk->nodes.at(index).proto; }

    [[nodiscard]] std::uint64_t bytesOf(std::uint64_t marker) const {
        const auto& payloads = source->payloads();
        return marker < payloads.size() ? payloads[marker].bytes : made[marker - payloads.size()].bytes;
    }
    Result<void> writeBytes(std::uint64_t marker, ByteSink& out, Job& job) const;

    void addTensor(::onnx::GraphProto& graph, const std::string& name, model::ElementType type,
                   const model::Shape& shape, MakeBytes bytes);
    void setTensor(::onnx::TensorProto& tensor, model::ElementType type, const model::Shape& shape, MakeBytes bytes);
    void forgetInput(const std::string& name, int scope);
    void forgetType(const std::string& name, int scope);
    void declareConstantsInFunctions();
    void removeTensors();
    void removeUnread();
    void applyInsertions();
    void finishGraph();
    [[nodiscard]] std::uint64_t tensorBytes();
    /// A copy with all inferred. @param afresh without what the file states of inner values and outputs
    [[nodiscard]] Result<::onnx::ModelProto> inferred(bool afresh) const;
    void moveOutside(const std::string& location);
    Result<std::vector<std::filesystem::path>> writeFiles(const std::filesystem::path& path,
                                                          const std::filesystem::path& dataPath, Job& job);

    std::vector<std::uint64_t> outside;      ///< markers in the data file, in order
    std::vector<std::size_t> deadNodes;
    bool droppingUnread = false;
};

}  // namespace roundoff::formats::onnx

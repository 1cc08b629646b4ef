#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/model/model.h"

namespace roundoff::formats::onnx {

/// Where the bytes of a tensor go while a model is written.
class ByteSink {
public:
    virtual ~ByteSink() = default;
    virtual Result<void> write(std::span<const std::byte> bytes) = 0;
};

/// Makes the raw bytes of a tensor, all of them and in order, when the writer comes to it: only one tensor at a time is
/// in memory. It may be called more than once.
using MakeBytes = std::function<Result<void>(ByteSink&, Job&)>;

/// Value of an attribute. An ElementType is written as its ONNX number ("to", "output_dtype").
using AttributeValue =
    std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>, tensor::ElementType>;

struct NodeSpec {
    std::string name;
    std::string op;
    std::string domain;  ///< "" is the standard operator set
    std::vector<std::string> inputs, outputs;
    std::vector<std::pair<std::string, AttributeValue>> attributes;
};

struct WriteOptions {
    bool externalData =
        false;                 ///< tensors of 1 KiB or more go to a data file; always so when the file would reach 2 GB
    std::string dataFileName;  ///< beside the model; "" is the model's own name + ".data"
};

/// Edits an opened ONNX model and writes it as a new file. Numbers that are not replaced are copied from the opened
/// files as they are. Nodes and tensors are named by their index in Model::graph().nodes and Model::tensors(),
/// whatever was inserted meanwhile; they may lie in bodies of If and Loop and in functions, too.
class OnnxEdit {
public:
    /// An error if the model is not ONNX.
    static Result<OnnxEdit> begin(const model::Model& model);
    OnnxEdit(OnnxEdit&&) noexcept;
    OnnxEdit& operator=(OnnxEdit&&) noexcept;
    ~OnnxEdit();

    /// Domain → version; "" is the standard operator set.
    [[nodiscard]] std::map<std::string, std::int64_t> opsets() const;
    /// Raises the standard operator set to `version` (at most 25), rewriting operators whose meaning changed; does
    /// nothing if it is as high already. Gives one note on what was done, or none. Refuses, naming operator and node,
    /// what cannot be raised; the edit is then of no further use.
    Result<std::vector<std::string>> raiseOpset(std::int64_t version);
    /// Imports a further domain in at least that version.
    void importDomain(const std::string& domain, std::int64_t version);
    void raiseIrVersion(std::int64_t minimum);
    void setMetadata(const std::string& key, const std::string& value);

    /// `wanted`, or with a number behind it where a value or node of the model has that name.
    [[nodiscard]] std::string freshName(const std::string& wanted);

    /// Puts a node before the node `user`, into the same graph.
    void addNodeBefore(std::size_t user, const NodeSpec& node);
    /// Puts a node behind another, and behind those put there before.
    void addNodeAfter(std::size_t maker, const NodeSpec& node);
    /// Removes a node whose values nobody reads any more.
    void removeNode(std::size_t node);
    void replaceNode(std::size_t node, const NodeSpec& with);
    /// The element types of the model's values, as far as the file or the operators that only pass values on tell.
    [[nodiscard]] std::unordered_map<std::string, tensor::ElementType> valueTypes() const;
    /// The value of a number among a node's attributes.
    [[nodiscard]] double attribute(std::size_t node, const std::string& name, double fallback) const;
    /// A list of integers among them; empty where there is none.
    [[nodiscard]] std::vector<std::int64_t> integers(std::size_t node, const std::string& name) const;
    /// A text among them; empty where there is none.
    [[nodiscard]] std::string text(std::size_t node, const std::string& name) const;
    /// Another operator in the node's place, which keeps its name and attributes but for `without`.
    void changeOperator(std::size_t node, const std::string& op, const std::string& domain, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs, const std::vector<std::string>& without = {});
    void replaceInput(std::size_t node, std::size_t slot, const std::string& value);
    /// Lets nodes compute the value of a tensor: the last of them has the tensor's name as its output. They stand at
    /// the beginning of the tensor's graph (or where its Constant node stood). Serves every use, however it comes by.
    void computeTensor(std::size_t tensor, const std::vector<NodeSpec>& nodes);

    /// A new constant, to be used anywhere in the model. Raises the IR version as its type needs.
    void addTensor(const std::string& name, model::ElementType type, const model::Shape& shape, MakeBytes bytes);
    void addTensor(const std::string& name, model::ElementType type, const model::Shape& shape,
                   std::vector<std::byte> bytes);
    /// The same, into the graph that holds the tensor `beside`: ONNX Runtime fuses what stands in one graph only.
    void addTensorBeside(std::size_t beside, const std::string& name, model::ElementType type,
                         const model::Shape& shape, MakeBytes bytes);
    void replaceTensor(std::size_t tensor, model::ElementType type, const model::Shape& shape, MakeBytes bytes);
    /// Removes a constant that nobody uses any more.
    void removeTensor(std::size_t tensor);

    /// Puts a node at the end of the main graph.
    void addNodeLast(const NodeSpec& node);
    /// A value of the main graph becomes an output, of whatever type and shape it has.
    void addOutput(const std::string& value);
    /// A further node like another one, with values of its own, at the end of the main graph. An absent input is "".
    void addNodeCopy(std::size_t node, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs);
    void replaceOutput(std::size_t node, std::size_t slot, const std::string& value);
    /// True where makeInput() is possible: the constant is seen from the main graph, and no other has its name.
    [[nodiscard]] bool canBeInput(std::size_t tensor) const;
    /// A constant becomes an input of the main graph, to be given at every run.
    void makeInput(std::size_t tensor);
    /// One input more.
    void addInput(const std::string& name, model::ElementType type, const model::Shape& shape);

    /// Leaves of the main graph these nodes alone and the constants, or what is made of constants alone, that they read. The
    /// values `inputs` are given from now on, in fixed shapes; what the nodes give becomes the outputs. No node may have
    /// bodies. The edit can then only be written.
    void keepOnly(const std::vector<std::size_t>& nodes, const std::vector<model::Value>& inputs);

    /// Adds the types and shapes of inner values that follow from those of the inputs, by the ONNX library's own rules; values
    /// whose operators it does not know stay as they are. Returns how many it added.
    Result<std::size_t> inferShapes();
    /// What follows from the inputs alone, whatever the file states of inner values: leftovers of another size may stand there.
    [[nodiscard]] Result<std::vector<model::Value>> inferredValues() const;
    /// When the model is written, nodes and constants of the main graph that nobody reads any more go.
    void dropUnread();

    /// The model in memory, its tensors inside. The edit is used up. An error above protobuf's 2 GB.
    Result<std::string> serialize(Job& job);
    /// Writes model and data file, flushed to the disk, and returns their paths. Overwrites; never one of the opened
    /// files. On an error nothing is left behind. The edit is used up.
    Result<std::vector<std::filesystem::path>> write(const std::filesystem::path& path, const WriteOptions& options,
                                                     Job& job);

private:
    struct Impl;
    explicit OnnxEdit(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace roundoff::formats::onnx

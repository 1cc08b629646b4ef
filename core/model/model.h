#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/tensor/tensor_view.h"

namespace roundoff::model {

using tensor::ElementType;
using tensor::Shape;

/// A constant tensor of the file: what it is and where it lies, never its bytes.
struct Tensor {
    std::string name;
    ElementType type = ElementType::Undefined;
    Shape shape;
    std::uint64_t bytes = 0;   ///< storage bytes
    std::string file;          ///< the file that holds the payload (absolute path)
    std::uint64_t offset = 0;  ///< of the payload in that file
};

/// One operation of the graph. Values are named by strings as in the file; an absent optional input is "".
struct Node {
    std::string name;
    std::string op;
    std::string domain;  ///< "" is the standard operator set
    std::vector<std::string> inputs;
    std::vector<std::string> outputs;
    int subgraph = 0;  ///< 0 the main graph; others count up in file order
    using Attribute = std::variant<double, std::string, std::vector<std::int64_t>>;
    std::map<std::string, Attribute> attributes = {};  ///< those that are numbers, texts or lists of integers

    [[nodiscard]] double number(const std::string& attribute, double fallback) const;
    [[nodiscard]] std::string text(const std::string& attribute, const std::string& fallback) const;
    [[nodiscard]] std::vector<std::int64_t> integers(const std::string& attribute) const;  ///< empty where there are none
};

/// A graph input or output. Symbolic dimensions carry a name and the value -1.
struct Value {
    std::string name;
    ElementType type = ElementType::Undefined;
    Shape shape;
    std::vector<std::string> dimensionNames;  ///< same length as shape; "" where the size is fixed
    bool hasShape = false;
};

struct Graph {
    std::string name;
    std::vector<Node> nodes;  ///< file order, subgraphs after the node that owns them
    std::vector<Value> inputs;   ///< without initializers
    std::vector<Value> outputs;
    std::vector<Value> values;   ///< inner values of the main graph whose type and shape the file states
};

/// How a weight that the file already stores quantized is to be read: value = (code - zero) * scale.
struct StoredQuantization {
    std::string description;              ///< "int8 per channel (DequantizeLinear)", "4-bit groups of 32 (MatMulNBits)"
    std::size_t codes = 0;                ///< index into Model::tensors()
    std::optional<std::size_t> scales;    ///< likewise
    std::optional<std::size_t> zeroPoints;
    int axis = -1;                        ///< of channel or block; -1 per tensor
    std::int64_t block = 0;               ///< block length along axis; 0 = per channel or per tensor
    int bits = 8;
    bool nbits = false;                   ///< MatMulNBits layout: codes [N, blocks, block*bits/8], value is [N, K] transposed
};

/// A weight and the operator it feeds: the unit that gets a scheme. A weight with many uses is one layer.
struct Layer {
    std::string name;  ///< readable and unique: "layers.0.attn.q_proj"
    std::string op;    ///< operator type of its first use: "MatMul"
    std::size_t weight = 0;  ///< index into Model::tensors(); the codes where `stored` is set
    Shape shape;             ///< logical shape of the weight (of MatMulNBits: [K, N])
    std::uint64_t parameters = 0;
    int outputAxis = 0;     ///< axis that "per channel" means
    int reductionAxis = 0;  ///< axis that groups run along (Conv: the input-channel axis; Gather: the embedding axis)
    /// Indices into Graph::nodes, file order: the operators themselves, also where the weight comes to them through
    /// Identity, Cast, Transpose or DequantizeLinear.
    std::vector<std::size_t> uses;
    int useInput = 1;               ///< input slot of the first use
    std::optional<StoredQuantization> stored;
};

/// What was done to a model, once, before anything else, to make it simpler.
struct Preprocessing {
    std::string step;   ///< id: "fold-batch-norm"
    std::string title;
    std::size_t changes = 0;
    std::string words;  ///< what changed, or why nothing did: a sentence
    bool kept = false;  ///< the model has it: it changed something, and the outputs stayed what they were
    double sqnrDb = 0;  ///< of the outputs against those before; where it changed something
};

/// Facts about the whole file.
struct Info {
    std::string path;    ///< as given
    std::string format;  ///< id of the file format: "onnx"
    std::uint64_t bytes = 0;       ///< of all files together
    std::uint64_t parameters = 0;  ///< elements of all layers' weights
    std::string producer;
    std::int64_t irVersion = 0;
    std::map<std::string, std::int64_t> opsets;   ///< domain → version
    std::map<std::string, std::string> metadata;  ///< metadata_props
    std::vector<std::string> files;               ///< the file itself, then its external data files (absolute paths)
    /// Where steps were asked for: `files` is then a temporary copy in which they are done.
    std::vector<Preprocessing> preprocessing = {};

    /// What is to be run or copied.
    [[nodiscard]] const std::string& file() const { return files.empty() ? path : files.front(); }
};

/// What only the file format knows: keeps the maps alive and decodes payloads. One implementation per format.
class Source {
public:
    virtual ~Source() = default;
    /// The bytes of tensor `index`: a view into the map where the file stores them raw, else a decoded copy.
    [[nodiscard]] virtual Result<tensor::TensorData> data(std::size_t index) const = 0;
    /// The bytes of tensor `index` will not be wanted soon: mapped pages may leave memory. Views stay valid.
    virtual void release(std::size_t index) const { (void)index; }
};

/// An opened model: immutable, cheap to copy, safe to read from any thread. Opening it read no weight.
class Model {
public:
    Model() = default;
    Model(Info info, std::vector<Tensor> tensors, std::vector<Layer> layers, Graph graph,
          std::shared_ptr<const Source> source);
    /// The same model with other facts; `owner` lives as long as it and its copies do.
    Model(const Model& model, Info info, std::shared_ptr<const void> owner);

    [[nodiscard]] bool empty() const { return !m_data; }
    [[nodiscard]] const Info& info() const { return m_data->info; }
    [[nodiscard]] const std::vector<Tensor>& tensors() const { return m_data->tensors; }
    [[nodiscard]] const std::vector<Layer>& layers() const { return m_data->layers; }
    [[nodiscard]] const Graph& graph() const { return m_data->graph; }
    /// Bytes of a constant; checked against the file when the model was opened.
    [[nodiscard]] Result<tensor::TensorData> data(std::size_t tensor) const { return m_data->source->data(tensor); }
    /// The layer's weight as stored (the codes where `stored` is set).
    [[nodiscard]] Result<tensor::TensorData> weight(const Layer& layer) const { return data(layer.weight); }
    /// See Source::release.
    void release(std::size_t tensor) const { m_data->source->release(tensor); }
    /// For the exporter of the same format, which knows the concrete type.
    [[nodiscard]] const std::shared_ptr<const Source>& source() const { return m_data->source; }

private:
    struct Data {
        Info info;
        std::vector<Tensor> tensors;
        std::vector<Layer> layers;
        Graph graph;
        std::shared_ptr<const Source> source;
        std::shared_ptr<const void> owner;
    };
    std::shared_ptr<const Data> m_data;
};

}  // namespace roundoff::model

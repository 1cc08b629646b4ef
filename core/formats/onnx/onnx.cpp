#include "core/formats/onnx/onnx.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/formats/onnx/element_types.h"
#include "core/formats/onnx/layers.h"
#include "core/formats/onnx/opset_raise.h"
#include "core/formats/onnx/skeleton.h"
#include "core/formats/onnx/source.h"
#include "core/formats/onnx/walk.h"
#include "core/formats/onnx/wire.h"

namespace roundoff::formats::onnx {
namespace {

template <class Entries>
ExternalEntry externalEntry(const Entries& entries) {
    ExternalEntry out;
    for (const auto& entry : entries) {
        if (entry.key() == "location") out.location = entry.value();
        if (entry.key() == "offset") out.offset = entry.value();
        if (entry.key() == "length") out.length = entry.value();
    }
    return out;
}

/// Checks every tensor of a parsed skeleton against its file, in attributes and sparse tensors, too.
class PayloadChecker {
public:
    PayloadChecker(const std::string& path, std::vector<CutPayload> cuts, ExternalFiles& files)
        : m_path(path), m_cuts(std::move(cuts)), m_files(files), m_payloads(m_cuts.size()) {}

    Result<std::vector<Payload>> run(::onnx::ModelProto& model) {
        forEachTensor(model, [this](const ::onnx::TensorProto& tensor, const std::string& name) {
            if (!m_error) check(tensor, name);
        });
        if (m_error) return tl::unexpected<Error>(*m_error);
        return std::move(m_payloads);
    }

private:
    void check(const ::onnx::TensorProto& tensor, const std::string& name) {
        const auto marker = markerOf(tensor);
        if (!marker) {  // cut() left none without, unless libprotobuf read the bytes otherwise
            m_error =
                badInput(fmt::format("{}: tensor '{}'", m_path, name), "the tensor is damaged", "Get the file again")
                    .value();
            return;
        }
        auto payload = checked(tensor, m_cuts.at(*marker), fmt::format("{}: tensor '{}'", m_path, name));
        if (payload)
            m_payloads[*marker] = std::move(*payload);
        else
            m_error = std::move(payload.error());
    }
    Result<Payload> checked(const ::onnx::TensorProto& tensor, const CutPayload& cut, const std::string& where) {
        const std::string place = fmt::format("{} at byte {}", where, cut.messageOffset);
        const auto type = fromOnnx(tensor.data_type());
        tensor::Shape shape(tensor.dims().begin(), tensor.dims().end());
        if (tensor.unknown_fields().field_count() > 1 && repeated(tensor))
            return badInput(place, "the tensor is given twice", "Export the model again");
        if (type == tensor::ElementType::Undefined)
            return badInput(place, fmt::format("element type {} is not known", tensor.data_type()),
                            "Update Roundoff, or export the model with standard types");
        if (tensor.has_segment()) return badInput(place, "the tensor is stored in segments", "Export it in one piece");
        if (tensor.data_location() != ::onnx::TensorProto::EXTERNAL)
            return checkPayload(cut, type, std::move(shape), where);
        if (cut.chunks > 0)
            return badInput(place, "the tensor has data both inside and outside of the file", "Export the model again");
        auto payload = checkPayload(CutPayload{}, type, {0}, where);
        const auto count = tensor::elementCount(shape);
        const auto bytes = count ? tensor::storageBytes(type, *count) : std::nullopt;
        if (!bytes)
            return badInput(place, fmt::format("the shape {} is negative or too large", tensor::text(shape)),
                            "Export the model again");
        payload->shape = std::move(shape);
        if (*bytes == 0) return payload;
        const auto range = m_files.find(externalEntry(tensor.external_data()), *bytes, place);
        if (!range) return propagate(range);
        payload->storage = Payload::Storage::Raw;
        payload->bytes = *bytes;
        payload->file = range->file;
        payload->offset = range->offset;
        return payload;
    }
    static bool repeated(const ::onnx::TensorProto& tensor) {
        int markers = 0;
        const auto& unknown = tensor.unknown_fields();
        for (int i = 0; i < unknown.field_count(); ++i)
            markers += unknown.field(i).number() == int(wire::kMarker) ? 1 : 0;
        return markers > 1;
    }

    const std::string& m_path;
    std::vector<CutPayload> m_cuts;
    ExternalFiles& m_files;
    std::vector<Payload> m_payloads;
    std::optional<Error> m_error;
};

std::map<std::string, model::Node::Attribute> attributesOf(const ::onnx::NodeProto& node) {
    std::map<std::string, model::Node::Attribute> out;
    if (isStandard(node, "Constant")) return out;  // a tensor
    for (const auto& attribute : node.attribute()) {
        if (!attribute.ref_attr_name().empty()) continue;  // the caller of the function says it
        if (attribute.type() == ::onnx::AttributeProto::FLOAT) out[attribute.name()] = double(attribute.f());
        if (attribute.type() == ::onnx::AttributeProto::INT) out[attribute.name()] = double(attribute.i());
        if (attribute.type() == ::onnx::AttributeProto::STRING) out[attribute.name()] = attribute.s();
        if (attribute.type() == ::onnx::AttributeProto::INTS)
            out[attribute.name()] = std::vector<std::int64_t>(attribute.ints().begin(), attribute.ints().end());
    }
    return out;
}

model::Graph graphOf(const ::onnx::ModelProto& proto, const Walk& walk) {
    model::Graph graph;
    graph.name = proto.graph().name();
    graph.nodes.reserve(walk.nodes.size());
    for (const NodeRef& ref : walk.nodes) {
        const auto& node = *ref.proto;
        graph.nodes.push_back({node.name(),
                               node.op_type(),
                               std::string(domainOf(node)),
                               {node.input().begin(), node.input().end()},
                               {node.output().begin(), node.output().end()},
                               ref.scope,
                               attributesOf(node)});
    }
    std::unordered_map<std::string_view, bool> constant;
    for (const auto& tensor : proto.graph().initializer()) constant[tensor.name()] = true;
    for (const auto& input : proto.graph().input())
        if (!constant.contains(input.name())) graph.inputs.push_back(valueOf(input));
    for (const auto& output : proto.graph().output()) graph.outputs.push_back(valueOf(output));
    for (const auto& inner : proto.graph().value_info()) graph.values.push_back(valueOf(inner));
    return graph;
}

model::Info infoOf(const std::filesystem::path& path, const ::onnx::ModelProto& proto, const ExternalFiles& files) {
    model::Info info;
    info.path = path.string();
    info.format = "onnx";
    info.producer = proto.producer_name();
    if (!proto.producer_version().empty()) info.producer += ' ' + proto.producer_version();
    info.irVersion = proto.ir_version();
    for (const auto& import : proto.opset_import())
        info.opsets[import.domain() == "ai.onnx" ? std::string() : import.domain()] = import.version();
    for (const auto& entry : proto.metadata_props()) info.metadata[entry.key()] = entry.value();
    for (const auto& map : files.maps()) {
        info.files.push_back(map->path().string());
        info.bytes += map->bytes().size();
    }
    return info;
}

Result<void> checkOpset(const std::string& path, const model::Info& info, const Walk& walk) {
    const auto found = info.opsets.find("");
    if (found == info.opsets.end()) {
        const bool needed = std::any_of(walk.nodes.begin(), walk.nodes.end(),
                                        [](const NodeRef& node) { return domainOf(*node.proto).empty(); });
        if (!needed) return {};
        return badInput(path, "the model names no operator set: it is cut off or damaged",
                        "Get or export the file again");
    }
    if (found->second >= kOldestOpset && found->second <= kNewestOpset) return {};
    return badInput(
        path,
        fmt::format("opset {} is outside of {} to {}, the ones known here", found->second, kOldestOpset, kNewestOpset),
        "Export the model with an opset in between");
}

Result<model::Model> open(const std::filesystem::path& path, Job& job) {
    const std::string name = path.string();
    auto file = MappedFile::open(path);
    if (!file) return propagate(file);
    auto skeleton = cut(name, (*file)->bytes());
    if (!skeleton) return propagate(skeleton);
    if (job.cancelled()) return cancelled();
    ::onnx::ModelProto proto;
    if (!proto.ParseFromArray(skeleton->bytes.data(), int(skeleton->bytes.size())))
        return badInput(name, "the graph is damaged or nested too deeply", "Get or export the file again");
    if (!proto.has_graph())
        return badInput(name, "the file holds no graph: it is cut off, or not ONNX", "Get or export it again");

    ExternalFiles files(*file);
    PayloadChecker checker(name, std::move(skeleton->payloads), files);
    auto checked = checker.run(proto);
    if (!checked) return propagate(checked);
    if (job.cancelled()) return cancelled();
    std::vector<Payload> payloads = std::move(*checked);

    const Walk walk(proto);
    model::Info info = infoOf(path, proto, files);
    if (const auto known = checkOpset(name, info, walk); !known) return propagate(known);
    std::vector<model::Tensor> tensors;
    std::vector<std::size_t> numbers;
    tensors.reserve(walk.tensors.size());
    for (const TensorRef& ref : walk.tensors) {
        numbers.push_back(*markerOf(*ref.proto));
        const Payload& payload = payloads[numbers.back()];
        tensors.push_back({*ref.name, payload.type, payload.shape, payload.bytes,
                           files.maps()[payload.file]->path().string(), payload.offset});
    }
    auto layers = findLayers(walk, Names(walk), tensors);
    if (!layers) {
        Error error = std::move(layers.error());
        error.where = name + ": " + error.where;
        return tl::unexpected<Error>(std::move(error));
    }
    for (const model::Layer& layer : *layers) info.parameters += layer.parameters;
    model::Graph graph = graphOf(proto, walk);
    auto source = std::make_shared<const OnnxSource>(std::move(skeleton->bytes), files.maps(), std::move(payloads),
                                                     std::move(numbers));
    return model::Model(std::move(info), std::move(tensors), std::move(*layers), std::move(graph), std::move(source));
}

}  // namespace

Format format() {
    return {"onnx", "ONNX", {".onnx"}, "opsets 7 to 25, external data, every element type", looksLikeModel, open};
}

}  // namespace roundoff::formats::onnx

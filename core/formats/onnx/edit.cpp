#include "core/formats/onnx/edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/formats/file_sink.h"
#include "core/formats/onnx/element_types.h"
#include "core/formats/onnx/node_insertions.h"
#include "core/formats/onnx/opset_raise.h"
#include "core/formats/onnx/source.h"
#include "core/formats/onnx/splice.h"
#include "core/formats/onnx/walk.h"
#include "core/formats/onnx/wire.h"

namespace roundoff::formats::onnx {
namespace {

constexpr std::uint64_t kInlineLimit = 2'000'000'000;  // protobuf's is 2^31 - 1
constexpr std::uint64_t kWorthExternal = 1024;
constexpr std::uint64_t kAlignment = 4096;

/// Numbers made while writing.
struct Made {
    std::uint64_t bytes;
    MakeBytes make;
};

class Output final : public ByteSink {
public:
    Output(FileSink& file, Job& job, double& done, double total)
        : m_file(file), m_job(job), m_done(done), m_total(total) {}
    Result<void> write(std::span<const std::byte> bytes) override {
        constexpr std::size_t kBlock = 1u << 20;
        while (!bytes.empty()) {
            if (m_job.cancelled()) return cancelled();
            const auto block = bytes.first(std::min(bytes.size(), kBlock));
            if (const auto written = m_file.write(block); !written) return written;
            bytes = bytes.subspan(block.size());
            m_done += double(block.size());
            m_job.progress(m_done, m_total, "writing");
        }
        return {};
    }

private:
    FileSink& m_file;
    Job& m_job;
    double& m_done;
    double m_total;
};

void dropMarker(::onnx::TensorProto& tensor) {
    tensor.mutable_unknown_fields()->DeleteByNumber(int(wire::kMarker));
}

/// Counts what goes through.
class Counted final : public ByteSink {
public:
    explicit Counted(ByteSink& out) : m_out(out) {}
    Result<void> write(std::span<const std::byte> bytes) override {
        m_bytes += bytes.size();
        return m_out.write(bytes);
    }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

private:
    ByteSink& m_out;
    std::uint64_t m_bytes = 0;
};

template <class List, class Same>
void eraseIf(List& list, const Same& same) {
    for (int i = list.size() - 1; i >= 0; --i)
        if (same(list.Get(i))) list.DeleteSubrange(i, 1);
}

}  // namespace

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
    void applyInsertions();
    void finishGraph();
    [[nodiscard]] std::uint64_t tensorBytes();
    void moveOutside(const std::string& location);
    Result<std::vector<std::filesystem::path>> writeFiles(const std::filesystem::path& path,
                                                          const std::filesystem::path& dataPath, Job& job);

    std::vector<std::uint64_t> outside;      ///< markers in the data file, in order
    std::vector<std::size_t> deadConstants;  ///< nodes
};

Result<OnnxEdit> OnnxEdit::begin(const model::Model& model) {
    auto impl = std::make_unique<Impl>();
    impl->model = model;
    impl->source = model.empty() ? nullptr : std::dynamic_pointer_cast<const OnnxSource>(model.source());
    if (!impl->source)
        return usage(model.empty() ? "" : model.info().path, "only ONNX models can be exported to ONNX",
                     "Open an ONNX model");
    const std::string& skeleton = impl->source->skeleton();
    if (!impl->proto.ParseFromArray(skeleton.data(), int(skeleton.size())))
        return failed(model.info().path, "the graph cannot be copied");
    impl->walk = std::make_unique<Walk>(impl->proto);
    for (const NodeRef& ref : impl->walk->nodes) {
        impl->names.insert(ref.proto->name());
        impl->names.insert(ref.proto->output().begin(), ref.proto->output().end());
        impl->names.insert(ref.proto->input().begin(), ref.proto->input().end());
    }
    for (const TensorRef& ref : impl->walk->tensors) impl->names.insert(*ref.name);
    return OnnxEdit(std::move(impl));
}

OnnxEdit::OnnxEdit(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
OnnxEdit::OnnxEdit(OnnxEdit&&) noexcept = default;
OnnxEdit& OnnxEdit::operator=(OnnxEdit&&) noexcept = default;
OnnxEdit::~OnnxEdit() = default;

std::map<std::string, std::int64_t> OnnxEdit::opsets() const {
    std::map<std::string, std::int64_t> out;
    for (const auto& import : m_impl->proto.opset_import())
        out[import.domain() == "ai.onnx" ? std::string() : import.domain()] = import.version();
    return out;
}

Result<std::vector<std::string>> OnnxEdit::raiseOpset(std::int64_t version) {
    m_impl->applyInsertions();
    auto notes = onnx::raiseOpset(m_impl->proto, version, *m_impl->source);
    if (!notes) notes.error().where = m_impl->model.info().path + ": " + notes.error().where;
    return notes;
}

void OnnxEdit::importDomain(const std::string& domain, std::int64_t version) {
    for (auto& import : *m_impl->proto.mutable_opset_import()) {
        if (import.domain() != domain) continue;
        import.set_version(std::max<std::int64_t>(import.version(), version));
        return;
    }
    auto* import = m_impl->proto.add_opset_import();
    import->set_domain(domain);
    import->set_version(version);
}

void OnnxEdit::raiseIrVersion(std::int64_t minimum) {
    m_impl->proto.set_ir_version(std::max<std::int64_t>(m_impl->proto.ir_version(), minimum));
}

void OnnxEdit::setMetadata(const std::string& key, const std::string& value) {
    auto& all = *m_impl->proto.mutable_metadata_props();
    eraseIf(all, [&](const auto& entry) { return entry.key() == key; });
    auto* entry = all.Add();
    entry->set_key(key);
    entry->set_value(value);
}

std::string OnnxEdit::freshName(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 1; !m_impl->names.insert(name).second; ++i) name = fmt::format("{}_{}", wanted, i);
    return name;
}

void OnnxEdit::addNodeBefore(std::size_t user, const NodeSpec& node) {
    fill(m_impl->insertions.before(m_impl->node(user)), node);
}

void OnnxEdit::replaceNode(std::size_t node, const NodeSpec& with) {
    fill(m_impl->node(node), with);
}

void OnnxEdit::replaceInput(std::size_t node, std::size_t slot, const std::string& value) {
    auto& proto = m_impl->node(node);
    assert(int(slot) < proto.input_size());
    proto.set_input(int(slot), value);
}

void OnnxEdit::computeTensor(std::size_t tensor, const std::vector<NodeSpec>& nodes) {
    assert(!nodes.empty());
    const TensorRef& ref = m_impl->walk->tensors.at(tensor);
    const std::string name = *ref.name;
    NodeSpec last = nodes.back();
    last.outputs = {name};
    if (ref.node >= 0) {
        ::onnx::NodeProto& constant = m_impl->node(std::size_t(ref.node));
        for (std::size_t i = 0; i + 1 < nodes.size(); ++i) fill(m_impl->insertions.before(constant), nodes[i]);
        fill(constant, last);
        return;
    }
    const Scope& scope = m_impl->walk->scopes[std::size_t(ref.scope)];
    for (std::size_t i = 0; i + 1 < nodes.size(); ++i) fill(m_impl->insertions.first(nodesOf(scope)), nodes[i]);
    fill(m_impl->insertions.first(nodesOf(scope)), last);
    m_impl->removed.insert(ref.proto);
    m_impl->forgetInput(name, ref.scope);
}

void OnnxEdit::addTensor(const std::string& name, model::ElementType type, const model::Shape& shape, MakeBytes bytes) {
    m_impl->addTensor(*m_impl->proto.mutable_graph(), name, type, shape, std::move(bytes));
}

void OnnxEdit::addTensorBeside(std::size_t beside, const std::string& name, model::ElementType type,
                               const model::Shape& shape, MakeBytes bytes) {
    const Scope& scope = m_impl->walk->scopes[std::size_t(m_impl->walk->tensors.at(beside).scope)];
    // A function holds no initializers: its constants are declared when the file is written.
    m_impl->addTensor(scope.graph ? *scope.graph : *m_impl->proto.mutable_graph(), name, type, shape, std::move(bytes));
}

void OnnxEdit::Impl::addTensor(::onnx::GraphProto& graph, const std::string& name, model::ElementType type,
                               const model::Shape& shape, MakeBytes bytes) {
    auto* tensor = graph.add_initializer();
    tensor->set_name(name);
    names.insert(name);
    added[name] = tensor;
    setTensor(*tensor, type, shape, std::move(bytes));
}

void OnnxEdit::addTensor(const std::string& name, model::ElementType type, const model::Shape& shape,
                         std::vector<std::byte> bytes) {
    auto shared = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    addTensor(name, type, shape, [shared](ByteSink& out, Job&) { return out.write(*shared); });
}

void OnnxEdit::replaceTensor(std::size_t tensor, model::ElementType type, const model::Shape& shape, MakeBytes bytes) {
    const TensorRef& ref = m_impl->walk->tensors.at(tensor);
    m_impl->setTensor(*ref.proto, type, shape, std::move(bytes));
    const model::Tensor& before = m_impl->model.tensors().at(tensor);
    if (before.type == type && before.shape == shape) return;
    m_impl->forgetInput(*ref.name, ref.scope);
    m_impl->forgetType(*ref.name, ref.scope);
}

void OnnxEdit::removeTensor(std::size_t tensor) {
    const TensorRef& ref = m_impl->walk->tensors.at(tensor);
    if (ref.node >= 0)
        m_impl->deadConstants.push_back(std::size_t(ref.node));
    else
        m_impl->removed.insert(ref.proto);
    m_impl->forgetInput(*ref.name, ref.scope);
    m_impl->forgetType(*ref.name, ref.scope);
}

void OnnxEdit::Impl::setTensor(::onnx::TensorProto& tensor, model::ElementType type, const model::Shape& shape,
                               MakeBytes bytes) {
    const std::string name = tensor.name();
    tensor.Clear();
    tensor.set_name(name);
    tensor.set_data_type(toOnnx(type));
    tensor.mutable_dims()->Add(shape.begin(), shape.end());
    const auto count = tensor::elementCount(shape);
    assert(count);
    tensor.mutable_unknown_fields()->AddVarint(int(wire::kMarker), source->payloads().size() + made.size());
    made.push_back({tensor::storageBytes(type, *count).value_or(0), std::move(bytes)});
    proto.set_ir_version(std::max<std::int64_t>(proto.ir_version(), irVersionOf(type)));
}

/// Old files list their initializers as inputs, too, with a type that would now be wrong.
void OnnxEdit::Impl::forgetInput(const std::string& name, int scope) {
    if (auto* graph = walk->scopes[std::size_t(scope)].graph)
        eraseIf(*graph->mutable_input(), [&](const auto& input) { return input.name() == name; });
}

void OnnxEdit::Impl::forgetType(const std::string& name, int scope) {
    if (auto* graph = walk->scopes[std::size_t(scope)].graph)
        eraseIf(*graph->mutable_value_info(), [&](const auto& info) { return info.name() == name; });
}

void OnnxEdit::Impl::applyInsertions() {
    if (insertions.empty()) return;
    for (const Scope& scope : walk->scopes) insertions.apply(nodesOf(scope));
}

/// A function does not see the graph's initializers: it gets a Constant node of its own for those that it uses.
void OnnxEdit::Impl::declareConstantsInFunctions() {
    for (auto& function : *proto.mutable_functions()) {
        std::unordered_set<std::string> used;
        const std::function<void(const NodeInsertions::Nodes&)> collect = [&](const NodeInsertions::Nodes& nodes) {
            for (const auto& each : nodes) {
                for (const auto& input : each.input())
                    if (added.contains(input)) used.insert(input);
                for (const auto& a : each.attribute()) {
                    if (a.has_g()) collect(a.g().node());
                    for (const auto& body : a.graphs()) collect(body.node());
                }
            }
        };
        collect(function.node());
        NodeInsertions constants;
        for (const std::string& name : used) {
            ::onnx::NodeProto& constant = constants.first(*function.mutable_node());
            fill(constant, {name, "Constant", "", {}, {name}, {}});
            auto* value = constant.add_attribute();
            value->set_name("value");
            value->set_type(::onnx::AttributeProto::TENSOR);
            *value->mutable_t() = *added.at(name);
        }
        constants.apply(*function.mutable_node());
    }
}

void OnnxEdit::Impl::removeTensors() {
    if (removed.empty()) return;
    for (const Scope& scope : walk->scopes)
        if (scope.graph) {
            auto& list = *scope.graph->mutable_initializer();
            std::vector<::onnx::TensorProto*> all(std::size_t(list.size()));
            if (!all.empty()) list.ExtractSubrange(0, int(all.size()), all.data());
            for (::onnx::TensorProto* tensor : all) {
                if (removed.contains(tensor))
                    delete tensor;
                else
                    list.AddAllocated(tensor);
            }
        }
}

/// After this only payload numbers tell where the numbers of tensors come from; indices and references are void.
void OnnxEdit::Impl::finishGraph() {
    for (const std::size_t index : deadConstants) insertions.remove(node(index));
    applyInsertions();
    removeTensors();
    declareConstantsInFunctions();
    // From IR 4 on, an initializer need not be an input.
    if (!added.empty()) proto.set_ir_version(std::max<std::int64_t>(proto.ir_version(), 4));
    forEachTensor(proto, [&](::onnx::TensorProto& tensor, const std::string&) {
        tensor.clear_external_data();
        tensor.clear_data_location();
        const auto marker = markerOf(tensor);
        if (marker && bytesOf(*marker) == 0) dropMarker(tensor);  // no elements, or strings
    });
    walk.reset();
}

std::uint64_t OnnxEdit::Impl::tensorBytes() {
    std::uint64_t total = 0;
    forEachTensor(proto, [&](const ::onnx::TensorProto& tensor, const std::string&) {
        if (const auto marker = markerOf(tensor)) total += bytesOf(*marker);
    });
    return total;
}

void OnnxEdit::Impl::moveOutside(const std::string& location) {
    std::uint64_t offset = 0;
    for (const TensorRef& ref : Walk(proto).tensors) {
        const auto marker = markerOf(*ref.proto);
        if (!marker || bytesOf(*marker) < kWorthExternal) continue;
        const std::uint64_t bytes = bytesOf(*marker);
        offset = (offset + kAlignment - 1) / kAlignment * kAlignment;
        const auto entry = [&](const char* key, const std::string& value) {
            auto* added_ = ref.proto->add_external_data();
            added_->set_key(key);
            added_->set_value(value);
        };
        entry("location", location);
        entry("offset", fmt::to_string(offset));
        entry("length", fmt::to_string(bytes));
        ref.proto->set_data_location(::onnx::TensorProto::EXTERNAL);
        dropMarker(*ref.proto);
        outside.push_back(*marker);
        offset += bytes;
    }
}

Result<void> OnnxEdit::Impl::writeBytes(std::uint64_t marker, ByteSink& out, Job& job) const {
    if (marker < source->payloads().size()) {
        const auto data = source->payload(marker);
        if (!data) return propagate(data);
        return out.write(data->view.bytes);
    }
    const Made& own = made[marker - source->payloads().size()];
    Counted counted(out);
    if (const auto done = own.make(counted, job); !done) return done;
    if (counted.bytes() != own.bytes)
        return failed(model.info().path,
                      fmt::format("a tensor of {} bytes was made with {}", own.bytes, counted.bytes()),
                      "This is an error in Roundoff: report it");
    return {};
}

Result<std::vector<std::filesystem::path>> OnnxEdit::Impl::writeFiles(const std::filesystem::path& path,
                                                                      const std::filesystem::path& dataPath, Job& job) {
    const double total = double(tensorBytes());
    const bool external = !dataPath.empty();
    if (external) moveOutside(dataPath.filename().string());
    std::string skeleton;
    if (!proto.SerializeToString(&skeleton)) return failed(path.string(), "the graph is too large for one file");
    double done = 0;
    std::vector<FileSink> files;
    files.reserve(2);
    auto file = FileSink::create(path);
    if (!file) return propagate(file);
    files.push_back(std::move(*file));
    if (external) {
        auto data = FileSink::create(dataPath);
        if (!data) return propagate(data);
        files.push_back(std::move(*data));
        Output out(files[1], job, done, total);
        for (const std::uint64_t marker : outside) {
            if (const auto aligned = files[1].align(kAlignment); !aligned) return propagate(aligned);
            if (const auto written = writeBytes(marker, out, job); !written) return propagate(written);
        }
    }
    const SpliceSource inside{[&](std::uint64_t marker) { return bytesOf(marker); },
                              [&](std::uint64_t marker, ByteSink& out) { return writeBytes(marker, out, job); }};
    Output out(files[0], job, done, total);
    if (const auto written = splice(skeleton, inside, out); !written) return propagate(written);
    std::vector<std::filesystem::path> paths{path};
    if (external) paths.push_back(dataPath);
    for (std::size_t i = files.size(); i-- > 0;) {
        const auto flushed = files[i].finish();
        if (flushed) continue;
        // The other file goes with its sink, or was finished before.
        std::error_code ignored;
        if (i + 1 < files.size()) std::filesystem::remove(paths[i + 1], ignored);
        return propagate(flushed);
    }
    return paths;
}

Result<std::vector<std::filesystem::path>> OnnxEdit::write(const std::filesystem::path& path,
                                                           const WriteOptions& options, Job& job) {
    m_impl->finishGraph();
    const std::string dataName =
        options.dataFileName.empty() ? path.filename().string() + ".data" : options.dataFileName;
    const bool external = options.externalData || m_impl->tensorBytes() > kInlineLimit;
    const std::filesystem::path dataPath = external ? path.parent_path() / dataName : std::filesystem::path();
    for (const std::string& open : m_impl->model.info().files)
        for (const auto& target : {path, dataPath}) {
            std::error_code absent;
            if (!target.empty() && std::filesystem::equivalent(open, target, absent))
                return usage(target.string(), "this file belongs to the opened model and cannot be overwritten",
                             "Choose another name");
        }
    return m_impl->writeFiles(path, dataPath, job);
}

}  // namespace roundoff::formats::onnx

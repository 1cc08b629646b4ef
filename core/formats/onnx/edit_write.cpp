#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "core/formats/file_sink.h"
#include "core/formats/onnx/edit_impl.h"
#include "core/formats/onnx/splice.h"
#include "core/formats/onnx/wire.h"

namespace roundoff::formats::onnx {
namespace {

constexpr std::uint64_t kInlineLimit = 2'000'000'000;  // protobuf's is 2^31 - 1
constexpr std::uint64_t kWorthExternal = 1024;
constexpr std::uint64_t kAlignment = 4096;

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

}  // namespace

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
    for (const std::size_t index : deadNodes) insertions.remove(node(index));
    applyInsertions();
    removeTensors();
    if (droppingUnread) removeUnread();
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

Result<std::string> OnnxEdit::serialize(Job& job) {
    m_impl->finishGraph();
    class Text final : public ByteSink {
    public:
        Result<void> write(std::span<const std::byte> bytes) override {
            text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
            return {};
        }
        std::string text;
    };
    const std::string& path = m_impl->model.info().path;
    const auto tooLarge = [&] {
        return failed(path, "what must be held in memory to run the model exceeds 2 GB", "Run the exported model instead");
    };
    if (m_impl->tensorBytes() > kInlineLimit) return tooLarge();
    std::string skeleton;
    if (!m_impl->proto.SerializeToString(&skeleton)) return tooLarge();
    const SpliceSource inside{[&](std::uint64_t marker) { return m_impl->bytesOf(marker); },
                              [&](std::uint64_t marker, ByteSink& out) { return m_impl->writeBytes(marker, out, job); }};
    Text out;
    out.text.reserve(splicedSize(skeleton, inside));
    if (const auto written = splice(skeleton, inside, out); !written) return propagate(written);
    return std::move(out.text);
}

Result<std::vector<std::filesystem::path>> OnnxEdit::write(const std::filesystem::path& path,
                                                           const WriteOptions& options, Job& job) {
    m_impl->finishGraph();
    const std::string dataName =
        options.dataFileName.empty() ? path.filename().string() + ".data" : options.dataFileName;
    const bool external = options.externalData || m_impl->tensorBytes() > kInlineLimit;
    const std::filesystem::path dataPath = external ? path.parent_path() / dataName : std::filesystem::path();
    std::vector<std::string> opened = m_impl->model.info().files;
    opened.push_back(m_impl->model.info().path);
    for (const std::string& open : opened)
        for (const auto& target : {path, dataPath}) {
            std::error_code absent;
            if (!target.empty() && std::filesystem::equivalent(open, target, absent))
                return usage(target.string(), "this file belongs to the opened model and cannot be overwritten",
                             "Choose another name");
        }
    return m_impl->writeFiles(path, dataPath, job);
}

}  // namespace roundoff::formats::onnx

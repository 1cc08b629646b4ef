#include "core/calibration/blocked_layout.h"

#include <algorithm>
#include <map>

#include "core/base/scratch.h"
#include "core/formats/format.h"
#include "core/formats/onnx/edit.h"

namespace roundoff::calibration {
namespace {

/// Channels of which every block size (8 or 16) makes full blocks: others are filled up, and the filling is no data.
constexpr std::int64_t kBlock = 16;

class Watches {
public:
    explicit Watches(const model::Model& model) : m_model(model) {
        const auto& nodes = model.graph().nodes;
        for (std::size_t n = 0; n < nodes.size(); ++n)
            for (const std::string& output : nodes[n].outputs) m_makers[output] = n;
        for (const model::Node& node : nodes)
            for (const std::string& input : node.inputs) ++m_readers[input];
        for (const model::Value& output : model.graph().outputs) ++m_readers[output.name];
    }

    /// False where there is nothing to gain.
    bool rewire(formats::onnx::OnnxEdit& edit) {
        const auto& nodes = m_model.graph().nodes;
        bool gained = false;
        // See TrialGraph::watchInOrder: the graph was written as it runs, and is to run so again.
        for (std::size_t n = nodes.size(); n-- > 0;) {
            const model::Node& node = nodes[n];
            if (node.domain != runtime::kHooksDomain) continue;
            std::vector<std::string> inputs = node.inputs;
            if (const auto reorder = blockedBefore(edit, inputs[0])) {
                if (--m_readers[inputs[0]] == 0) edit.removeNode(*reorder);
                inputs[0] = nodes[*reorder].inputs[0];
                gained = true;
            }
            const auto id = std::int64_t(edit.attribute(n, "id", 0));
            edit.removeNode(n);
            edit.addNodeLast({node.name, node.op, node.domain, inputs, node.outputs, {{"id", id}}});
        }
        return gained;
    }

private:
    /// The node that brings a value back from full blocks.
    std::optional<std::size_t> blockedBefore(const formats::onnx::OnnxEdit& edit, const std::string& value) const {
        const auto maker = m_makers.find(value);
        if (maker == m_makers.end()) return std::nullopt;
        const model::Node& node = m_model.graph().nodes[maker->second];
        const bool full = node.op == "ReorderOutput" && node.domain == "com.microsoft.nchwc" &&
                          edit.attribute(maker->second, "channels_last", 0) == 0 &&
                          std::int64_t(edit.attribute(maker->second, "channels", 1)) % kBlock == 0;
        return full ? std::optional(maker->second) : std::nullopt;
    }

    const model::Model& m_model;
    std::map<std::string, std::size_t> m_makers, m_readers;
};

}  // namespace

std::optional<std::string> watchedInBlocks(const std::string& name, const std::string& graph, runtime::SessionOptions options, Job& job) {
    const auto folder = Scratch::make();
    if (!folder) return std::nullopt;
    options.saveOptimized = folder->path() / "optimized.onnx";
    const runtime::Hooks nobody{[](auto, const auto&) {}, [](auto, const auto&, const auto&) {}, {}};
    if (!runtime::Session::open(name, std::as_bytes(std::span(graph)), options, nobody)) return std::nullopt;
    const auto model = formats::openModel(options.saveOptimized, job);
    if (!model) return std::nullopt;
    auto edit = formats::onnx::OnnxEdit::begin(*model);
    if (!edit || !Watches(*model).rewire(*edit)) return std::nullopt;
    auto written = edit->serialize(job);
    return written ? std::optional(std::move(*written)) : std::nullopt;
}

}  // namespace roundoff::calibration

#pragma once
// For the files of this folder alone.
#include <onnxruntime_cxx_api.h>

#include <map>
#include <stop_token>

#include "core/runtime/hook_ops.h"
#include "core/runtime/session.h"

namespace roundoff::runtime {

/// ONNX Runtime's message in one line, without its source locations; it names the node where there is one.
std::string plain(const char* message);

/// Ends a run soon after the job's stop: ONNX Runtime looks at the flag between nodes.
class Watcher {
public:
    Watcher(const Job& job, Ort::RunOptions& options) : m_callback(job.stopToken(), Stop{&options}) {}

private:
    struct Stop {
        Ort::RunOptions* options;
        void operator()() const noexcept { options->SetTerminate(); }
    };
    std::stop_callback<Stop> m_callback;
};

/// What ONNX Runtime takes as inputs.
struct Fed {
    std::vector<const char*> names;
    std::vector<Ort::Value> values;
};

struct Session::Impl {
    std::string path;
    std::unique_ptr<HookOps> hooks;  // outlives the session
    Ort::Session session{nullptr};
    std::map<std::string, tensor::TensorData> bound;
    std::vector<model::Value> inputs, outputs;  // outputs: tensors only; sequences and maps are not asked for

    /// The sample in the order of the inputs. The values look into the sample.
    [[nodiscard]] Result<Fed> feed(const Sample& sample) const;
};

}  // namespace roundoff::runtime

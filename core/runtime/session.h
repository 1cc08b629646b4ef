#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/runtime/hooks.h"
#include "core/runtime/profile.h"
#include "core/tensor/tensor_view.h"

namespace roundoff::runtime {

/// A named tensor that owns its bytes: an input or output of a run.
struct NamedTensor {
    std::string name;
    tensor::ElementType type = tensor::ElementType::Undefined;
    tensor::Shape shape;
    std::vector<std::byte> bytes;
    [[nodiscard]] tensor::TensorView view() const { return {type, shape, bytes}; }
};
using Sample = std::vector<NamedTensor>;

struct SessionOptions {
    /// ONNX Runtime's graph optimizations; `Faithful` keeps Q/DQ pairs as written (no activation quantization).
    /// `None` runs the graph as it stands.
    enum class Level { None, Faithful, All } level = Level::All;
    /// com.microsoft.MatMulNBits made from weight-only Q/DQ: 4 = int8 activations (its default), 1 = float32.
    int matmulAccuracyLevel = 4;
    int threads = 0;  ///< 0 = all cores
    std::filesystem::path saveOptimized = {};  ///< the graph as it is after optimization goes to this file; empty: nowhere
    std::filesystem::path profile = {};  ///< the times of all nodes go to a file whose name begins so; empty: nowhere
    std::stop_token stop = {};           ///< ends the loading
};

/// A model loaded in ONNX Runtime's CPU provider. Movable; one run at a time.
class Session {
public:
    static Result<Session> open(const std::filesystem::path& path, const SessionOptions& options);
    /// A serialized model without external data, which may hold the operators of Hooks.
    /// @param name stands in errors
    static Result<Session> open(const std::string& name, std::span<const std::byte> model, const SessionOptions& options,
                                Hooks hooks);
    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;
    ~Session();

    [[nodiscard]] const std::vector<model::Value>& inputs() const;
    [[nodiscard]] const std::vector<model::Value>& outputs() const;
    /// Gives an input its value for all runs to come, unless their sample has one of that name. The bytes are shared.
    void bind(const std::string& input, const tensor::TensorData& value);
    /// Runs once. A stop of the job ends the run within 200 ms.
    Result<std::vector<NamedTensor>> run(const Sample& sample, Job& job);
    /// What each node of the optimized graph took in the runs so far, where the options asked for a profile; ends it.
    /// @param skip runs to leave out at the beginning
    Result<std::vector<NodeTime>> endProfile(std::size_t skip);

private:
    friend class TimedRun;
    struct Impl;
    template <class Load>
    static Result<Session> make(const std::string& name, const SessionOptions& options, std::unique_ptr<Impl> impl, const Load& load);
    explicit Session(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

struct Sizes;  // of free dimensions: core/runtime/inputs.h
/// Random input that fits the model: floats N(0,1) (0..1 for images: 3 or 4 dimensions with 1 or 3 channels), token
/// ids within the vocabulary found in the graph, attention masks of ones, position ids counting up, empty past. Fixed
/// seed and index: the same bits everywhere. Errors: what cannot be made up, and a free dimension of an image without a size.
Result<Sample> syntheticSample(const model::Model& model, std::size_t index, const Sizes& sizes, std::uint64_t seed);
/// The first `count` of them, sequences `length` long.
Result<std::vector<Sample>> syntheticSamples(const model::Model& model, std::size_t count, std::int64_t length,
                                             std::uint64_t seed);

std::string version();  ///< of the library that is loaded

}  // namespace roundoff::runtime

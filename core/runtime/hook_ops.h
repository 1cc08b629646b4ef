#pragma once
#include <onnxruntime_cxx_api.h>

#include "core/runtime/hooks.h"

// ONNX Runtime custom operators that call Hooks. Included by session.cpp alone.
namespace roundoff::runtime {

inline std::span<const std::byte> bytesOf(const Ort::ConstValue& value, std::size_t count) {
    return {static_cast<const std::byte*>(value.GetTensorRawData()), count * sizeof(float)};
}

/// Calls `see` with the inputs of the node.
struct HookKernel {
    const Hooks* hooks;
    std::int64_t id;
    enum class Kind { Tap, Pair, Alter } kind;

    void Compute(OrtKernelContext* raw) {
        const Ort::KernelContext context(raw);
        const auto x = context.GetInput(0);
        const auto info = x.GetTensorTypeAndShapeInfo();
        const tensor::TensorView first{tensor::ElementType::Float32, info.GetShape(), bytesOf(x, info.GetElementCount())};
        if (kind == Kind::Alter) {
            auto y = context.GetOutput(0, first.shape);
            hooks->alter(id, first, {y.GetTensorMutableData<float>(), info.GetElementCount()});
            return;
        }
        if (kind == Kind::Pair) {
            const auto other = context.GetInput(1);
            const auto about = other.GetTensorTypeAndShapeInfo();
            hooks->pair(id, first, {tensor::ElementType::Float32, about.GetShape(), bytesOf(other, about.GetElementCount())});
        } else {
            hooks->tap(id, first);
        }
        *context.GetOutput(0, std::vector<std::int64_t>{}).GetTensorMutableData<float>() = 0;
    }
};

struct HookOp : Ort::CustomOpBase<HookOp, HookKernel> {
    HookOp(const char* opName, HookKernel::Kind opKind, const Hooks& own) : name(opName), kind(opKind), hooks(&own) {}
    void* CreateKernel(const OrtApi&, const OrtKernelInfo* info) const {
        return new HookKernel{hooks, Ort::ConstKernelInfo(info).GetAttribute<std::int64_t>("id"), kind};
    }
    [[nodiscard]] const char* GetName() const { return name; }
    [[nodiscard]] std::size_t GetInputTypeCount() const { return kind == HookKernel::Kind::Pair ? 2 : 1; }
    [[nodiscard]] ONNXTensorElementDataType GetInputType(std::size_t) const { return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; }
    [[nodiscard]] std::size_t GetOutputTypeCount() const { return 1; }
    [[nodiscard]] ONNXTensorElementDataType GetOutputType(std::size_t) const { return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; }

    const char* name;
    HookKernel::Kind kind;
    const Hooks* hooks;
};

/// The three operators of one session; outlives it.
struct HookOps {
    explicit HookOps(Hooks own)
        : hooks(std::move(own)), tap("Tap", HookKernel::Kind::Tap, hooks), pair("Pair", HookKernel::Kind::Pair, hooks),
          alter("Alter", HookKernel::Kind::Alter, hooks), domain(kHooksDomain) {
        domain.Add(&tap);
        domain.Add(&pair);
        domain.Add(&alter);
    }
    Hooks hooks;
    HookOp tap, pair, alter;
    Ort::CustomOpDomain domain;
};

}  // namespace roundoff::runtime

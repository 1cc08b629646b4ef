#pragma once
#include <cstdint>
#include <functional>
#include <span>

#include "core/tensor/tensor_view.h"

namespace roundoff::runtime {

/// What the operators of the domain "roundoff" call while a graph runs, in the thread of Session::run(), one at a time. Each
/// has an integer attribute `id`. Values are float32; a view is good for the call alone. Must not throw.
struct Hooks {
    /// Tap(x) → nothing of note (a float32 scalar).
    std::function<void(std::int64_t id, const tensor::TensorView& x)> tap;
    /// Pair(x, y) → likewise.
    std::function<void(std::int64_t id, const tensor::TensorView& x, const tensor::TensorView& y)> pair;
    /// Alter(x) → y of the same shape, which the function fills.
    std::function<void(std::int64_t id, const tensor::TensorView& x, std::span<float> y)> alter;
};
inline constexpr const char* kHooksDomain = "roundoff";

}  // namespace roundoff::runtime

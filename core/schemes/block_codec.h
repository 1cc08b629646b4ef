#pragma once
#include <cstddef>

#include "core/kernels/error.h"
#include "core/kernels/ggml_blocks.h"
#include "core/schemes/tiling.h"

/// Whole-block formats on batches of a tiling whose block is the format's: elements of a block are brought together where
/// they lie in a column, and filled up with zeros where the axis cuts the block short. x and y point at the batch's first
/// element, bytes at the block batch.scale.
namespace roundoff::schemes {

/// Adds the error of quantizing and dequantizing. @param y gets the values where not nullptr
/// @param allFinite promises that the batch holds neither NaN nor infinity
void measureBlocks(kernels::ggml::Type type, const Batch& batch, const float* x, float* y, bool allFinite,
                   kernels::ErrorSums& sums);
void quantizeBlocks(kernels::ggml::Type type, const Batch& batch, const float* x, std::byte* bytes);
/// The batch must hold whole blocks, but for those that the axis cuts short.
void dequantizeBlocks(kernels::ggml::Type type, const Batch& batch, const std::byte* bytes, float* y);

}  // namespace roundoff::schemes

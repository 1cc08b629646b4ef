#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "core/base/result.h"
#include "core/formats/onnx/edit.h"

namespace roundoff::formats::onnx {

/// The numbers that a marker stands for.
struct SpliceSource {
    std::function<std::uint64_t(std::uint64_t marker)> size;
    std::function<Result<void>(std::uint64_t marker, ByteSink& out)> write;
};

/// Size of a skeleton with its payloads put back in as raw_data.
std::uint64_t splicedSize(const std::string& skeleton, const SpliceSource& source);
/// Writes it. The counterpart of cut().
Result<void> splice(const std::string& skeleton, const SpliceSource& source, ByteSink& out);

}  // namespace roundoff::formats::onnx

#pragma once
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/formats/onnx/walk.h"

namespace roundoff::formats::onnx {

/// Who reads a value, by its name. Names that repeat in bodies run together, which a guess can bear.
class Consumers {
public:
    explicit Consumers(const Walk& walk);
    [[nodiscard]] const std::vector<int>& of(std::string_view value) const;

private:
    std::unordered_map<std::string_view, std::vector<int>> m_readers;
};

/// True where what a Gather fetches is used like a learned vector. Tables of rotary positions are gathered, too, but
/// only ever multiplied with other data.
bool isUsedAsEmbedding(const Walk& walk, const Names& names, const Consumers& consumers, int gather);

}  // namespace roundoff::formats::onnx

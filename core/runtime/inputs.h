#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/runtime/session.h"

namespace roundoff::runtime {

/// How large the free dimensions of inputs are.
struct Sizes {
    std::map<std::string, std::int64_t> named;  ///< by symbol ("height") or place ("image:2"); these come first
    std::int64_t batch = 1;
    std::int64_t length = 64;  ///< of a sequence
};

/// 3 or 4 dimensions with 1 or 3 channels.
bool isImage(const model::Value& input);

/// The input's shape with its free dimensions filled in: what is named, else `batch` for a batch (by its symbol or as the
/// first), 0 for what is past, `length` for all others. Height and width of an image are never guessed: an error asks for
/// them.
Result<tensor::Shape> shapeOf(const model::Model& model, const model::Value& input, const Sizes& sizes);

/// "batch × 3 × height × 224", "scalar", "any shape".
std::string shapeText(const model::Value& value);

/// True for what a language model asks for beside its tokens, as its name and type tell: masks, positions, token types,
/// lengths, keys and values of the past.
bool followsFromShape(const model::Value& input);
/// Such an input: masks of ones, positions counting up, zeros for types and for the past. Precondition: followsFromShape.
Result<NamedTensor> suppliedInput(const model::Model& model, const model::Value& input, const Sizes& sizes);

/// Adds to `sample` the inputs that it lacks and that follow from its shapes: symbols take the sizes that they have there.
/// Others stay missing. `sizes` is what else is known.
Result<void> supplyMissing(const model::Model& model, Sample& sample, Sizes sizes);

/// What an input of integers or booleans holds where its name says so.
enum class Role { Ids, Ones, Zeros, Positions, Length };
Role roleOf(const model::Value& input);
/// Number `i` of an input of that role whose rows are `row` long; 0 for ids.
double valueOf(Role role, std::uint64_t i, std::uint64_t row, std::int64_t length);

}  // namespace roundoff::runtime

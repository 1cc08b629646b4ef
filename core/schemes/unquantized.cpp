#include "core/schemes/families.h"

namespace roundoff::schemes {

/// The layer is left alone.
std::vector<NumberFormat> unquantized() {
    NumberFormat format;
    format.id = "float";
    format.family = "float";
    format.title = "Leave as it is";
    format.summary = "Keeps the layer's weights in the type of the file.";
    format.formula = "xq = x";
    format.bits = 32;
    return {format};
}

}  // namespace roundoff::schemes

#include "core/schemes/families.h"

namespace roundoff::schemes {

/// The layer is left alone.
Family unquantized() {
    NumberFormat format;
    format.id = "float";
    format.title = "Leave as it is";
    format.summary = "Keeps the layer's weights in the type of the file.";
    format.formula = "xq = x";
    format.bits = 32;
    format.scaleRule = ScaleRule::One;
    return {"float", "Unquantized", "The reference that everything else is measured against.", {format}};
}

}  // namespace roundoff::schemes

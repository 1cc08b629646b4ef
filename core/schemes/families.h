#pragma once
#include <vector>

#include "core/schemes/number_format.h"

/// One function a family, each in its own file; registry.cpp lists them.
namespace roundoff::schemes {

Family unquantized();
Family signedIntegers();
Family unsignedIntegers();
Family smallFloats();
Family blockFloats();
Family codebooks();
Family logarithmic();
Family powersOfTwo();
Family muLaws();
Family exponentialLaws();
Family posits();
Family ggmlBlocks();

/// A format that rounds element by element, with what they all can do: any granularity and range rule, symmetric, a scale a
/// channel where nothing is said.
NumberFormat scalarFormat(std::string id, int bits);

}  // namespace roundoff::schemes

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

/// What every scalar format can do: any granularity of weights, any range rule that this build has.
inline const std::vector<Granularity::Kind> kScalarGranularities{
    Granularity::Kind::Tensor, Granularity::Kind::Channel, Granularity::Kind::Group, Granularity::Kind::Block,
    Granularity::Kind::Token};
inline const std::vector<Range::Rule> kScalarRanges{Range::Rule::MinMax, Range::Rule::Percentile, Range::Rule::Mse,
                                                    Range::Rule::Kl, Range::Rule::Std};

}  // namespace roundoff::schemes

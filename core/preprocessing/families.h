#pragma once
#include "core/preprocessing/step.h"

namespace roundoff::preprocessing {

Step inferShapes();
Step foldConstants();
Step foldBatchNorm();
Step foldScales();

}  // namespace roundoff::preprocessing

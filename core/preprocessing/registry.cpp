#include "core/preprocessing/families.h"

namespace roundoff::preprocessing {

const std::vector<Step>& steps() {
    static const std::vector<Step> list{inferShapes(), foldConstants(), foldBatchNorm(), foldScales()};
    return list;
}

}  // namespace roundoff::preprocessing
